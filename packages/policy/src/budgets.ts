import {
  type Action,
  type ActionKind,
  type Budgets,
  type Code,
  type Layer,
  milliseconds,
  type SourceRange,
} from '@ecp/protocol'
import * as buckets from './buckets.ts'
import { toolNames } from './kinds/names.ts'
import type { ExecutorView, Placed, Policy, ToolLimit } from './policy.ts'

/** What one action takes from a budget. `sum`: what a `perTool` limit's expression gives for it. */
export type Amount = 'one' | 'tokens' | 'cost' | 'sum' | 'none'

/** One limit that holds for an action, and the counter that says how much of it is used. */
export interface Budget {
  /** The counter's name; no other counter of this action has it. */
  readonly name: string
  readonly code: Code
  readonly layer: Layer
  readonly rule?: SourceRange
  /** What is limited, in words. */
  readonly what: string
  /** In the unit of `amount`; milliseconds where a runtime is limited. */
  readonly limit: number
  readonly amount: Amount
  readonly windowMs?: number
  bucket(action: Action): string
  readonly tool?: ToolLimit
}

const day = 86_400_000
/** Kinds that wait for people, which is no runtime. */
const waits: readonly ActionKind[] = ['human.ask', 'elicitation.create']
/** Kinds that `maxToolCalls` and `usage.toolCalls` count. */
export const toolKinds: readonly ActionKind[] = ['tool.call', 'resource.read', 'prompt.get']

/** What holds where neither an executor nor the host says anything: per run and executor. */
export const builtIn = { maxToolCalls: 200, maxRuntimeSeconds: 3_600, maxModelTokens: 2_000_000 } as const

type Limits = Omit<Budgets, 'perTool'>
type LimitKey = keyof typeof kinds

/** Each limit's code, what it takes, and the actions that it looks at (all of them, where none are named). */
const kinds = {
  maxToolCalls: { code: 'budget.tool-calls', amount: 'one', what: 'tool calls', on: toolKinds, scale: 1 },
  maxModelTokens: { code: 'budget.tokens', amount: 'tokens', what: 'model tokens', on: ['model.generate'], scale: 1 },
  maxCostUsd: { code: 'budget.cost', amount: 'cost', what: 'US dollars', on: ['model.generate'], scale: 1 },
  maxRuntimeSeconds: {
    code: 'budget.runtime',
    amount: 'none',
    what: 'milliseconds of runtime',
    on: null,
    scale: 1_000,
  },
  maxDenials: { code: 'budget.denials', amount: 'none', what: 'denials', on: null, scale: 1 },
  maxRepeats: { code: 'budget.repeats', amount: 'one', what: 'repeats of one action', on: null, scale: 1 },
} as const satisfies Record<
  keyof Limits & `max${string}`,
  { code: Code; amount: Amount; what: string; on: readonly ActionKind[] | null; scale: number }
>

/**
 * Every limit that holds for an action: those of its executor and of each one above it (their pools hold what is used
 * below them), `perTool` limits, the host's ceilings for a run, and those for a principal's day.
 */
export function budgetsOf(policy: Policy, executor: ExecutorView, kind: ActionKind, target: string): Budget[] {
  const found: Budget[] = []
  for (const level of executor.lineage) {
    const of = level.data.name
    const pool = (what: string) => (action: Action) =>
      what === 'maxRepeats' ? buckets.repeats(action, of) : buckets.pool(action, of, what)
    found.push(
      ...limits(ownLimits(policy, level), kind, `executor:${buckets.part(of)}`, `for executor \`${of}\``, pool),
    )
    const perTool = toolNames(kind, target).flatMap((name) => level.perTool.find(name, true))
    for (const limit of new Set(perTool)) found.push(...toolLimits(level, limit))
  }
  for (const host of policy.host) {
    const { perRun, perPrincipalPerDay } = host.value.budgets ?? {}
    const at = (area: string) => (key: string) => ({ layer: host.layer, rule: host.at('budgets', area, key) })
    const ofRun = (what: string) => (action: Action) =>
      buckets.wholeRun(action, what === 'maxRepeats' ? `repeats:${buckets.part(action.digest)}` : what)
    found.push(...limits(each(perRun, at('perRun')), kind, `run:${host.layer}`, 'for the run', ofRun))
    const ofPrincipal = (what: string) => (action: Action) => buckets.principal(action, what)
    const daily = each(perPrincipalPerDay, at('perPrincipalPerDay'))
    for (const budget of limits(daily, kind, `principal:${host.layer}`, 'for the principal in 24 hours', ofPrincipal))
      found.push({ ...budget, windowMs: day })
  }
  return found
}

interface Limit {
  readonly key: LimitKey
  readonly value: number
  readonly layer: Layer
  readonly rule?: SourceRange
}

function limits(
  of: readonly Limit[],
  kind: ActionKind,
  scope: string,
  whose: string,
  bucket: (what: string) => (action: Action) => string,
): Budget[] {
  return of.flatMap(({ key, value, layer, rule }) => {
    const { code, amount, what, on, scale } = kinds[key]
    if (key === 'maxRuntimeSeconds' && waits.includes(kind)) return []
    if (on !== null && !(on as readonly ActionKind[]).includes(kind)) return [] // reason: includes() wants the narrow type
    const budget = { name: `${scope}:${key}`, code, layer, what: `${what} ${whose}`, limit: value * scale, amount }
    return [{ ...budget, ...(rule && { rule }), bucket: bucket(key) }]
  })
}

/** An executor's own limits; where it sets one not, the least of the host's defaults; where those do not, the built-in. */
function ownLimits(policy: Policy, executor: ExecutorView): Limit[] {
  const set = executor.policies.value.budgets ?? {}
  const own = each(set, (key) => ({ layer: 'context', rule: executor.policies.at('budgets', key) }))
  const missing = (key: LimitKey) => set[key] === undefined
  const defaults = new Map<LimitKey, Limit>()
  for (const host of policy.host)
    for (const limit of each(host.value.budgets?.defaults, (key) => place(host, key)))
      if (missing(limit.key) && limit.value < (defaults.get(limit.key)?.value ?? Number.POSITIVE_INFINITY))
        defaults.set(limit.key, limit)
  const last = each(builtIn, () => ({ layer: 'machine' })).filter(({ key }) => missing(key) && !defaults.has(key))
  return [...own, ...defaults.values(), ...last]
}

const place = (host: Placed<unknown>, key: string) => ({ layer: host.layer, rule: host.at('budgets', 'defaults', key) })

function each(of: Limits | undefined, where: (key: LimitKey) => { layer: Layer; rule?: SourceRange }): Limit[] {
  // reason: Object.keys forgets that these are the keys of `kinds`
  return (Object.keys(kinds) as LimitKey[]).flatMap((key) => {
    const value = of?.[key]
    return value === undefined ? [] : [{ key, value, ...where(key) }]
  })
}

function toolLimits(executor: ExecutorView, tool: ToolLimit): Budget[] {
  const { maxCalls, max, per } = tool.limit
  const of = executor.data.name
  const windowMs = per === undefined ? undefined : milliseconds(per)
  const budget = (limited: 'calls' | 'sum', limit: number): Budget => ({
    name: `executor:${buckets.part(of)}:${buckets.perTool(tool.pattern, limited)}`,
    code: 'budget.per-tool',
    layer: 'context',
    rule: tool.at,
    what: `${limited === 'calls' ? 'calls' : `of the sum`} of \`${tool.pattern}\`${per === undefined ? '' : ` in ${per}`}`,
    limit,
    amount: limited === 'calls' ? 'one' : 'sum',
    ...(windowMs !== undefined && { windowMs }),
    bucket: (action) =>
      windowMs === undefined
        ? buckets.pool(action, of, buckets.perTool(tool.pattern, limited))
        : buckets.window(action, of, tool.pattern, limited),
    tool,
  })
  const found: Budget[] = []
  if (maxCalls !== undefined) found.push(budget('calls', maxCalls))
  if (max !== undefined || tool.sum !== undefined) found.push(budget('sum', max ?? Number.POSITIVE_INFINITY))
  return found
}
