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
const list = <T>(of: fc.Arbitrary<T>, maxLength = 4) => fc.array(of, { maxLength })
const limit = fc.integer({ min: 1, max: 3 })
/** Most made worlds must allow something, or nothing would be learnt from what they deny: rules are rare that refuse all. */
const rarely = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of })
const mostly = <T>(usual: T, of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: of })
// reason: `undefined` stands for a missing key here, and is dropped when documents are compiled
const optional = <T>(made: fc.Arbitrary<unknown>) => made as fc.Arbitrary<T>

const controls = fc.oneof(
  fc.constant(undefined),
  optional<NonNullable<Policies['writeControls']>>(
    fc.record({
      mode: mostly<string | undefined>('execute-if-allowed', fc.constantFrom(undefined, 'forbid', 'propose-only')),
      requireApprovalFor: fc.oneof(fc.constant(undefined), list(pattern, 1)),
      approval: rarely(
        fc.record({
          approvers: rarely(list(fc.constantFrom('alice', 'ops'))),
          quorum: limit,
          expiresAfter: fc.constantFrom('1h', '24h'),
        }),
      ),
    }),
  ),
)

export const policies: fc.Arbitrary<Policies> = optional(
  fc.record({
    toolAccess: fc.record({
      default: fc.constantFrom('deny', 'allow'),
      allow: fc.oneof(list(rule, 6), fc.constant(['*:*'])),
      deny: rarely(list(rule, 2)),
    }),
    writeControls: controls,
    budgets: rarely(
      fc.record({
        maxToolCalls: rarely(limit),
        maxRepeats: rarely(limit),
        maxDenials: rarely(limit),
        perTool: rarely(
          fc.dictionary(
            pattern,
            optional(fc.record({ maxCalls: rarely(limit), sum: rarely(fc.constant('args.n')), max: limit })),
            { maxKeys: 2 },
          ),
        ),
      }),
    ),
  }),
)

const names = <T extends string>(...of: T[]) => mostly(of, fc.subarray(of))

/** `security` with every area that a tool call looks at named, so that another layer can only narrow it. */
export const security: fc.Arbitrary<Security> = optional(
  fc.record({
    tools: fc.record({
      allowServers: names(...servers),
      allow: rarely(list(pattern)),
      deny: rarely(list(pattern, 1)),
      allowProjectServers: mostly<boolean | string>(true, fc.constantFrom(false, 'sandboxed')),
      allowContextDefault: fc.boolean(),
    }),
    secrets: fc.record({ allowProviders: names('process.env', 'session') }),
    writes: controls,
    plugins: rarely(fc.record({ allowKinds: names('tool', 'provider'), denyIds: rarely(fc.subarray([...servers])) })),
    budgets: rarely(fc.record({ perRun: fc.record({ maxToolCalls: limit }) })),
    approvers: fc.constant({ alice: { groups: ['ops'] } }),
  }),
)

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
  project: fc.option(narrowing, { nil: undefined }),
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
  fc.record({ n: fc.constantFrom(1, 2), path: fc.constant('/srv/a') }),
  fc.record(
    { n: fc.constantFrom(1, 5, 6.5, 100), path: fc.constantFrom('/srv/a', '/srv/../etc', 'x') },
    { requiredKeys: [] },
  ),
  fc.jsonValue({ maxDepth: 2 }),
) as fc.Arbitrary<Json> // reason: what fast-check makes is JSON
