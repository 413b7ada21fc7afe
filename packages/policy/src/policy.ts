import {
  type Condition,
  compileCondition,
  type HostConfig,
  indexPatterns,
  type Layer,
  type PatternIndex,
  type Policies,
  type Security,
  type ServerWiring,
  type SourceRange,
  type UsageReference,
  usageName,
} from '@ecp/protocol'
import { escapePointer } from './compile.ts'
import type { ExecutorData, HostData, HostLayerName, PolicyData, Section } from './data.ts'
import { PolicyError } from './error.ts'
import { type Memo, newMemo } from './memo.ts'

/** An entry of an allow or deny list. */
export interface ToolEntry {
  readonly pattern: string
  readonly at: SourceRange
  /** The condition as it was written, and compiled; `broken` where it cannot be: then it is an error each time. */
  readonly when?: { readonly source: string; readonly condition: Condition | undefined; readonly broken: string }
}

/** A `perTool` limit. */
export interface ToolLimit {
  readonly pattern: string
  readonly at: SourceRange
  readonly limit: NonNullable<NonNullable<NonNullable<Policies['budgets']>['perTool']>[string]>
  readonly sum?: { readonly condition: Condition | undefined; readonly broken: string }
}

/** A section of rules that can be asked where a rule of it stands. */
export interface Placed<T> {
  readonly layer: Layer
  readonly value: T
  /** The place of the value at these keys, or of the nearest part above that is there. */
  at(...keys: (string | number)[]): SourceRange
}

export interface ExecutorView {
  readonly data: ExecutorData
  readonly policies: Placed<Policies>
  /** This executor, then its parent, up to the entry point: whose budgets, write controls and deny lists hold for it. */
  readonly lineage: readonly ExecutorView[]
  readonly allow: PatternIndex<ToolEntry>
  readonly deny: PatternIndex<ToolEntry>
  readonly approvalFor: PatternIndex<SourceRange>
  readonly writes: PatternIndex<SourceRange>
  readonly perTool: PatternIndex<ToolLimit>
  /** Every counter of `usage` that its conditions, and those above it, look at. */
  readonly references: readonly UsageReference[]
  /** Those of them that count a tool, by that tool. */
  readonly usage: PatternIndex<UsageReference>
  /** Those that count no tool: `toolCalls`, `tokens`, `denials`. */
  readonly totals: readonly UsageReference[]
}

export interface HostView extends Placed<Security> {
  readonly layer: HostLayerName
  /** `undefined` where the layer sets no ceiling. */
  readonly allow: PatternIndex<SourceRange> | undefined
  readonly deny: PatternIndex<SourceRange>
  readonly approvalFor: PatternIndex<SourceRange>
}

/** A named thing of the wiring, and the layer that wired it. */
export interface Wired<T> {
  readonly layer: HostLayerName
  readonly wiring: T
  readonly at: SourceRange
}

type ProviderWiring = NonNullable<NonNullable<HostConfig['models']>['providers']>[string]
type InstallWiring = NonNullable<NonNullable<HostConfig['plugins']>['installs']>[string]

/** A policy that is ready to decide: {@link PolicyData} with its conditions compiled and its lists indexed. */
export interface Policy {
  /** sha-256 (hex) over the RFC 8785 JSON of policy data and catalogue, as the host computed it. */
  readonly digest: string
  readonly data: PolicyData
  readonly executors: ReadonlyMap<string, ExecutorView>
  /** From the outermost layer inwards. */
  readonly host: readonly HostView[]
  readonly servers: ReadonlyMap<string, Wired<ServerWiring>>
  readonly providers: ReadonlyMap<string, Wired<ProviderWiring>>
  readonly endpoints: ReadonlyMap<string, Wired<unknown>>
  readonly installs: ReadonlyMap<string, Wired<InstallWiring>>
  readonly pluginSecurity: Placed<PolicyData['plugins']['security']['value']>
  /** What was worked out before, to be quick; deciding without it gives the same. */
  readonly memo: Memo
}

/**
 * Makes a compiled policy ready. A condition that does not compile is an error whenever it is looked at, and so denies. Throws
 * `policy.unreadable` for data of another format, and `pattern.invalid` for a pattern that cannot be read.
 */
export function load(data: PolicyData, digest: string): Policy {
  if (data.format !== 1) throw new PolicyError('policy.unreadable', `policy data of format \`${data.format}\` is not 1`)
  const executors = new Map<string, ExecutorView>()
  const byName = new Map(data.executors.map((executor) => [executor.name, executor]))
  const view = (executor: ExecutorData, below: readonly string[]): ExecutorView => {
    const known = executors.get(executor.name)
    if (known) return known
    const parent = executor.parent === null ? undefined : byName.get(executor.parent)
    // A tree has no circle; data that has one ends here all the same.
    const above = parent && !below.includes(parent.name) ? view(parent, [...below, executor.name]).lineage : []
    const made = executorView(executor, above)
    executors.set(executor.name, made)
    return made
  }
  for (const executor of data.executors) view(executor, [])
  return {
    digest,
    data,
    executors,
    host: data.host.map(hostView),
    servers: wired(data, 'tools', 'servers', (wiring) => wiring.tools?.servers),
    providers: wired(data, 'models', 'providers', (wiring) => wiring.models?.providers),
    endpoints: wired(data, 'agents', 'endpoints', (wiring) => wiring.agents?.endpoints),
    installs: wired(data, 'plugins', 'installs', (wiring) => wiring.plugins?.installs),
    pluginSecurity: placed('context', data.plugins.security, data.plugins.security.value),
    memo: newMemo(),
  }
}

function executorView(data: ExecutorData, above: readonly ExecutorView[]): ExecutorView {
  const policies = placed('context', data.policies, data.policies.value ?? {})
  const { toolAccess, writeControls, budgets } = policies.value
  const rules = (list: 'allow' | 'deny') =>
    (toolAccess?.[list] ?? []).map((rule, index): { pattern: string; entry: ToolEntry } => {
      const [pattern, when] = typeof rule === 'string' ? [rule, undefined] : [rule.tool, rule.when]
      const at = policies.at('toolAccess', list, index)
      return { pattern, entry: when === undefined ? { pattern, at } : { pattern, at, when: compiled(when, 'bool') } }
    })
  const allow = rules('allow')
  const deny = rules('deny')
  const perTool = Object.entries(budgets?.perTool ?? {}).map(
    ([pattern, limit]): { pattern: string; entry: ToolLimit } => {
      const entry = { pattern, at: policies.at('budgets', 'perTool', pattern), limit }
      return { pattern, entry: limit.sum === undefined ? entry : { ...entry, sum: compiled(limit.sum, 'number') } }
    },
  )
  const references = unique([
    ...[...allow, ...deny].flatMap(({ entry }) => entry.when?.condition?.usage ?? []),
    ...perTool.flatMap(({ entry }) => entry.sum?.condition?.usage ?? []),
    ...above.flatMap((level) => level.references),
  ])
  const made: ExecutorView = {
    data,
    policies,
    lineage: [],
    allow: indexPatterns(allow),
    deny: indexPatterns(deny),
    approvalFor: places(writeControls?.requireApprovalFor, (i) =>
      policies.at('writeControls', 'requireApprovalFor', i),
    ),
    writes: places(writeControls?.writes, (i) => policies.at('writeControls', 'writes', i)),
    perTool: indexPatterns(perTool),
    references,
    usage: indexPatterns(references.flatMap((entry) => ('tool' in entry ? [{ pattern: entry.tool, entry }] : []))),
    totals: references.filter((entry) => !('tool' in entry)),
  }
  return Object.assign(made, { lineage: [made, ...above] })
}

function hostView(data: HostData): HostView {
  const security = placed(data.layer, data.security, data.security.value ?? {})
  const { tools, writes } = security.value
  return {
    layer: data.layer,
    value: security.value,
    at: security.at,
    allow: tools?.allow && places(tools.allow, (i) => security.at('tools', 'allow', i)),
    deny: places(tools?.deny, (i) => security.at('tools', 'deny', i)),
    approvalFor: places(writes?.requireApprovalFor, (i) => security.at('writes', 'requireApprovalFor', i)),
  }
}

function places(
  patterns: readonly string[] | undefined,
  at: (index: number) => SourceRange,
): PatternIndex<SourceRange> {
  return indexPatterns((patterns ?? []).map((pattern, index) => ({ pattern, entry: at(index) })))
}

function compiled(source: string, wanted: 'bool' | 'number') {
  const result = compileCondition(source, wanted)
  return result.ok
    ? { source, condition: result.condition, broken: '' }
    : { source, condition: undefined, broken: result.error }
}

function placed<T>(layer: Layer, section: Section<unknown>, value: T): Placed<T> {
  return {
    layer,
    value,
    at(...keys) {
      for (let length = keys.length; length >= 0; length--) {
        const pointer = keys.slice(0, length).map((key) => `/${escapePointer(String(key))}`)
        const span = section.places[pointer.join('')]
        if (span) {
          const [line, column, endLine, endColumn] = span
          return { file: section.file, line, column, endLine, endColumn }
        }
      }
      return { file: section.file, line: 1, column: 1, endLine: 1, endColumn: 1 }
    },
  }
}

/** The named things of one area of the wiring. A name that two layers wire is the outer layer's. */
function wired<T>(
  data: PolicyData,
  area: string,
  kind: string,
  of: (wiring: HostData['wiring']['value']) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, Wired<T>> {
  const all = new Map<string, Wired<T>>()
  for (const host of data.host)
    for (const [name, wiring] of Object.entries(of(host.wiring.value) ?? {}))
      if (!all.has(name))
        all.set(name, { layer: host.layer, wiring, at: placed(host.layer, host.wiring, null).at(area, kind, name) })
  return all
}

/** References, each once. */
export function unique(references: readonly UsageReference[]): readonly UsageReference[] {
  return [...new Map(references.map((reference) => [usageName(reference), reference])).values()]
}

/** The layer that speaks where none does. */
export const outermost = (policy: Policy): HostLayerName => policy.host[0]?.layer ?? 'machine'
