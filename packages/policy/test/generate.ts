import type { Catalogue, Context, HostConfig, Json, Policies, Security, ToolRule } from '@ecp/protocol'
import fc from 'fast-check'
import { compile, type HostLayer, type HostLayerName, load, type Policy, type PolicyData } from '../src/index.ts'
import { catalogueOf, documentOf, reads } from './world.ts'

/* What property tests are made of: few names, so that rules and actions meet. */

const servers = ['files', 'bank', 'own'] as const
const tools = ['read', 'read_all', 'write', 'send'] as const
export const targets = servers.flatMap((server) => tools.map((tool) => `${server}:${tool}`))

export const catalogue: Catalogue = catalogueOf(
  Object.fromEntries(
    targets
      .filter((target) => target !== 'own:send')
      .map((target) => [
        target,
        target.includes('read') ? reads : { inputSchema: { type: 'object', properties: { n: { type: 'number' } } } },
      ]),
  ),
)

const pattern = fc.constantFrom(...targets, 'files:*', '*:read', '*:*', 'b*:s*', 'own:read_*', '*:*d')
const condition = fc.constantFrom(
  'args.n <= 5',
  'args.missing == 1',
  'has(args.path) && within(args.path, "/srv")',
  'inputs.open == true',
  'usage.calls("bank:*") < 2',
  'usage.sum("bank:send", "n") + args.n < 9',
  'action.origin == "model" && principal.name != ""',
  'true',
  'not CEL at all',
)
export const rule: fc.Arbitrary<ToolRule> = fc.oneof(
  pattern,
  fc.record({ tool: pattern, when: condition }, { requiredKeys: ['tool'] }).map((made) => made as ToolRule), // reason: a missing key is what `when?` means
)
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const list = <T>(of: fc.Arbitrary<T>, maxLength = 4) => fc.array(of, { maxLength })
const limit = fc.integer({ min: 1, max: 3 })

const controls = fc.record(
  {
    mode: fc.constantFrom('forbid', 'propose-only', 'execute-if-allowed'),
    requireApprovalFor: list(pattern),
    approval: fc.record(
      { approvers: list(fc.constantFrom('alice', 'ops')), quorum: limit, expiresAfter: fc.constantFrom('1h', '24h') },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

export const policies: fc.Arbitrary<Policies> = fc
  .record(
    {
      toolAccess: fc.record(
        { default: fc.constantFrom('deny', 'allow'), allow: list(rule, 6), deny: list(rule) },
        { requiredKeys: ['default'] },
      ),
      writeControls: controls,
      budgets: fc.record(
        {
          maxToolCalls: limit,
          maxRepeats: limit,
          maxDenials: limit,
          perTool: fc.dictionary(
            pattern,
            fc.record({ maxCalls: limit, sum: fc.constant('args.n'), max: limit }, { requiredKeys: [] }),
            { maxKeys: 2 },
          ),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map((made) => made as Policies) // reason: missing keys are what optional keys mean

const names = <T extends string>(...of: T[]) => fc.uniqueArray(fc.constantFrom(...of))

/** `security` with every area that a tool call looks at named, so that another layer can only narrow it. */
export const security: fc.Arbitrary<Security> = fc
  .record(
    {
      tools: fc.record(
        {
          allowServers: names(...servers),
          allow: list(pattern),
          deny: list(pattern, 1),
          allowProjectServers: fc.constantFrom(true, false, 'sandboxed'),
          allowContextDefault: fc.boolean(),
        },
        { requiredKeys: ['allowServers'] },
      ),
      secrets: fc.record({ allowProviders: names('process.env', 'session') }, { requiredKeys: [] }),
      writes: controls,
      plugins: fc.record({ allowKinds: names('tool', 'provider'), denyIds: names(...servers) }, { requiredKeys: [] }),
      budgets: fc.record({ perRun: fc.record({ maxToolCalls: limit }) }, { requiredKeys: [] }),
      approvers: fc.constant({ alice: { groups: ['ops'] } }),
    },
    { requiredKeys: ['tools', 'secrets'] },
  )
  .map((made) => made as unknown as Security) // reason: missing keys are what optional keys mean

/** Security that names only some areas. */
export const narrowing: fc.Arbitrary<Security> = fc
  .tuple(security, fc.subarray(['tools', 'secrets', 'writes', 'plugins', 'budgets'] as const))
  .map(([all, areas]) =>
    Object.fromEntries(areas.flatMap((area) => (all[area] === undefined ? [] : [[area, all[area]]]))),
  )

export interface World {
  readonly main: Policies
  readonly top: Policies
  readonly user: Security
  readonly project: Security | undefined
  readonly inputs: { readonly open: boolean }
}
export const world: fc.Arbitrary<World> = fc.record({
  main: policies,
  top: policies,
  user: security,
  project: some(narrowing),
  inputs: fc.record({ open: fc.boolean() }),
})

/** The world as data. `machine` adds an outermost layer. */
export function dataOf(of: World, machine?: Security): PolicyData {
  const context: Context = {
    specVersion: 'ecp/v0.5-draft',
    kind: 'Context',
    metadata: { name: 'made', version: '1.0.0' },
    orchestrator: {
      name: 'top',
      type: 'agent',
      strategy: 'sequential',
      policies: of.top,
      executors: [{ name: 'main', type: 'agent', policies: of.main }],
    },
  }
  const wired = (...own: string[]) => ({
    servers: Object.fromEntries(own.map((name) => [name, { transport: { type: 'stdio' as const, command: name } }])),
  })
  const layer = (name: HostLayerName, value: Partial<HostConfig>): HostLayer => ({
    layer: name,
    document: documentOf(`${name}.yaml`, { version: '0.5' as const, ...value }),
  })
  const bound = { credentials: { bindings: [{ name: 'K', source: { provider: 'process.env' as const, key: 'K' } }] } }
  const bank = { bank: { transport: { type: 'stdio' as const, command: 'bank' }, ...bound } }
  return compile({
    context: documentOf('context.yaml', context),
    host: [
      ...(machine ? [layer('machine', { security: machine })] : []),
      layer('user', { tools: { servers: { ...wired('files').servers, ...bank } }, security: of.user }),
      layer('project', of.project ? { tools: wired('own'), security: of.project } : { tools: wired('own') }),
    ],
    inputs: of.inputs,
  })
}
export const policyOf = (of: World, machine?: Security): Policy => load(dataOf(of, machine), 'digest')

export const args: fc.Arbitrary<Json> = fc.oneof(
  fc.record(
    { n: fc.constantFrom(1, 5, 6.5, 100), path: fc.constantFrom('/srv/a', '/srv/../etc', 'x') },
    { requiredKeys: [] },
  ),
  fc.jsonValue({ maxDepth: 2 }),
) as fc.Arbitrary<Json> // reason: what fast-check makes is JSON
