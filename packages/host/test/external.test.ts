import { expect, it, onTestFinished } from 'vitest'
import type { Host } from '../src/index.ts'
import { boundary, faultsOf, recordsOf } from './boundary.ts'

const wiring = `    bench:
      transport: { type: external }
      tools:
        peek: { effect: read }
        write:
          description: Writes a file.
          inputSchema: { type: object, properties: { path: { type: string } }, required: [path] }
`
const policies = '{ toolAccess: { default: deny, allow: ["witness:*", "bench:*"] } }'

async function opened(): Promise<{ readonly at: ReturnType<typeof boundary>; readonly host: Host }> {
  const at = boundary({ wiring, policies, servers: ['witness', 'bench'] })
  const host = await at.open()
  onTestFinished(() => host.close())
  return { at, host }
}

const asked = (tool: string, args: Readonly<Record<string, string | number>> = {}) =>
  ({ kind: 'tool.call', target: `bench:${tool}`, arguments: args, executor: 'agent', origin: 'api' }) as const

it('knows exactly the tools that the wiring of an external server names', async () => {
  const { host } = await opened()
  await host.observe('agent')
  const { tools } = host.catalogue()
  const bench = Object.keys(tools).filter((target) => target.startsWith('bench:'))
  expect(bench).toEqual(['bench:peek', 'bench:write'])
  expect(tools['bench:write']?.definition).toEqual({
    name: 'write',
    description: 'Writes a file.',
    inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  })
  expect(tools['bench:peek']?.definition.inputSchema).toEqual({ type: 'object' })
})

it('lets the program that has them ask, and its decisions can be made again from the ledger', async () => {
  const { at, host } = await opened()
  const allowed = await host.gate.authorize(asked('write', { path: 'a' }))
  expect(allowed.decision).toMatchObject({ effect: 'allow', acts: 'write' })
  expect(await host.gate.settle(allowed.lease?.id ?? '', { status: 'completed', result: { text: 'done' } })).toBe(true)
  expect((await host.gate.authorize(asked('peek'))).decision).toMatchObject({ effect: 'allow', acts: 'read' })
  const denials = [asked('write', { path: 7 }), asked('gone')].map((one) => host.gate.authorize(one))
  const codes = (await Promise.all(denials)).map(({ decision }) => decision.reasons.map(({ code }) => code))
  expect(codes).toEqual([
    ['context.arguments-invalid', 'context.tool-allowed'],
    ['context.tool-not-allowed', 'tool.unknown'],
  ])
  await host.close()
  const ledger = at.ledger()
  onTestFinished(() => ledger.close())
  expect(faultsOf(ledger)).toEqual([])
})

it('performs none of them, shows none of them, and no allow of it is on record', async () => {
  const { at, host } = await opened()
  await host.observe('agent')
  expect(host.tools('agent').map(({ target }) => target)).not.toContain('bench:peek')
  expect(host.reachableServers('agent')).toEqual(['witness'])
  const { decision, outcome } = await host.gate.perform(asked('peek'))
  expect([decision.effect, decision.reasons[0]?.code, outcome.status]).toEqual([
    'deny',
    'host.server-external',
    'denied',
  ])
  // Advice is for the program that executes them.
  expect((await host.gate.evaluate(asked('peek'))).effect).toBe('allow')
  await host.close()
  const ledger = at.ledger()
  onTestFinished(() => ledger.close())
  const decided = recordsOf(ledger).flatMap((record) => (record.kind === 'action.decided' ? [record.body] : []))
  expect(decided.map((body) => body.decision.effect)).toEqual(['deny'])
  expect(faultsOf(ledger)).toEqual([])
})
