import { compile, type HostLayer, load, reachableServers } from '@ecp/policy'
import { parseContext, parseHostConfig } from '@ecp/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { effectiveConfig } from './effective.ts'

const { document: context } = parseContext(
  `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: c, version: 1.0.0 }
orchestration: { entrypoint: a, strategy: single }
executors: [{ name: a, type: agent, policies: { toolAccess: { default: deny, allow: ["*:*"] } } }]
`,
  'context.yaml',
)

const names = ['machine', 'user', 'project'] as const
const tools = fc.option(
  fc.record({
    allowServers: fc.option(fc.subarray([...names]), { nil: undefined }),
    allowProjectServers: fc.constantFrom(undefined, false, 'sandboxed', true),
  }),
  { nil: undefined },
)
const layer = (layer: HostLayer['layer']) =>
  fc.option(
    tools.map((tools): HostLayer => {
      // Each layer wires one server, which is called as the layer is.
      const servers = { [layer]: { transport: { type: 'external' } } }
      const text = JSON.stringify({ version: '0.5', tools: { servers }, security: { tools } })
      const { document, diagnostics } = parseHostConfig(text, `/${layer}.json`)
      if (!document) throw new Error(JSON.stringify(diagnostics))
      return { layer, document }
    }),
    { nil: undefined },
  )

it('shows as allowed exactly the servers that the policy lets a Context reach', () => {
  if (!context) throw new Error('the Context above is valid')
  fc.assert(
    fc.property(layer('machine'), layer('user'), layer('project'), (...given) => {
      const layers = given.filter((one) => one !== undefined)
      const policy = load(compile({ context, host: layers, inputs: {} }), '')
      const wired = layers.map(({ layer }): string => layer)
      const shown = effectiveConfig({ layers }).flatMap(({ path, value }) =>
        path.join('.').startsWith('security.tools.allowServers.') ? [String(value)] : [],
      )
      expect(shown.filter((name) => wired.includes(name)).toSorted()).toEqual(reachableServers(policy, 'a'))
    }),
    { numRuns: 500 },
  )
})
