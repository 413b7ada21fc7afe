import { type ApprovalTerms, milliseconds, type Policies, type Reason, type SourceRange } from '@ecp/protocol'
import type { ExecutorView, Placed, Policy } from './policy.ts'
import { reason } from './reason.ts'

/** What the write controls answer, and on which terms a person may lift a hold or apply a proposal. */
export interface WriteAnswer {
  readonly reasons: readonly Reason[]
  readonly approval?: ApprovalTerms
}

type Controls = NonNullable<Policies['writeControls']>
type Terms = NonNullable<Controls['approval']>
interface Level {
  readonly layer: Reason['layer']
  readonly controls: Controls
  at(...keys: (string | number)[]): SourceRange
  matches(subject: string): readonly SourceRange[]
}

const day = 86_400_000

/**
 * The answer for a write (context.md): each host layer with `security.writes`, the executor, and each executor above it
 * gives one: `forbid` -> deny; otherwise named by `requireApprovalFor` -> hold; otherwise `propose-only` -> propose. All are
 * reasons; the strictest wins. Kinds that are no tool calls are named as `ecp:<kind>/<target>` (no server can be called
 * `ecp`), such as `ecp:memory.write/notes`. `alsoNamed`: what fits one of these names fits the write.
 */
export function writeAnswer(
  policy: Policy,
  executor: ExecutorView | undefined,
  subject: string,
  alsoNamed: readonly string[] = [],
): WriteAnswer {
  const levels = [...policy.host.map(hostLevel), ...(executor?.lineage ?? []).map(executorLevel)].filter(
    (level) => level !== undefined,
  )
  const reasons: Reason[] = []
  for (const { layer, controls, at, matches } of levels) {
    const named = [...new Set([subject, ...alsoNamed].flatMap(matches))]
    if (controls.mode === 'forbid')
      reasons.push(reason('write.forbidden', layer, `\`${subject}\` writes, and writes are forbidden`, at('mode')))
    else if (named.length > 0)
      for (const place of named)
        reasons.push(reason('write.needs-approval', layer, `\`${subject}\` writes and needs approval`, place))
    else if (controls.mode === 'propose-only')
      reasons.push(reason('write.proposed', layer, `\`${subject}\` writes, and writes are only proposed`, at('mode')))
  }
  if (reasons.length === 0 || reasons.some(({ code }) => code === 'write.forbidden')) return { reasons }
  return withTerms(policy, reasons, levels)
}

/** The strictest terms over all layers that give any: earliest expiry, highest quorum, approvers that all of them name. */
function withTerms(policy: Policy, reasons: Reason[], levels: readonly Level[]): WriteAnswer {
  const given = levels.flatMap((level) => (level.controls.approval ? [{ level, terms: level.controls.approval }] : []))
  const expiries = given.map(({ terms }) => milliseconds(terms.expiresAfter ?? '')).filter(Number.isFinite)
  const naming = given.filter(({ terms }) => terms.approvers !== undefined)
  const approvers = commonApprovers(
    policy,
    naming.map(({ terms }) => terms),
  )
  if (naming.length > 0 && approvers.length === 0) {
    const { level } = naming[0] ?? {} // reason: not empty, see above
    const message = 'approval is needed, but there is nobody whom every layer names as approver'
    return {
      reasons: [...reasons, reason('write.forbidden', level?.layer ?? 'context', message, level?.at('approval'))],
    }
  }
  const approval = {
    expiresAfter: expiries.length === 0 ? day : Math.min(...expiries),
    approvers,
    quorum: Math.max(1, ...given.map(({ terms }) => terms.quorum ?? 1)),
  }
  return { reasons, approval }
}

/**
 * Whom all layers name. One layer's names stand as written; between several, a group stands for its members in
 * `security.approvers`, so that `ops` and `alice` of `ops` have alice in common.
 */
function commonApprovers(policy: Policy, terms: readonly Terms[]): readonly string[] {
  const named = terms.map(({ approvers }) => approvers ?? [])
  if (named.length < 2) return [...new Set(named[0] ?? [])].sort()
  const members = (group: string) => [
    group,
    ...policy.host.flatMap((host) =>
      Object.entries(host.value.approvers ?? {}).flatMap(([name, approver]) =>
        approver.groups?.includes(group) ? [name] : [],
      ),
    ),
  ]
  const sets = named.map((names) => new Set(names.flatMap(members)))
  return [...(sets[0] ?? [])].filter((name) => sets.every((set) => set.has(name))).sort()
}

function hostLevel(host: Policy['host'][number]): Level | undefined {
  const controls = host.value.writes
  return controls && level(host, controls, 'writes', (subject) => host.approvalFor.find(subject, true))
}

function executorLevel(executor: ExecutorView): Level | undefined {
  const controls = executor.policies.value.writeControls
  return controls && level(executor.policies, controls, 'writeControls', (s) => executor.approvalFor.find(s, true))
}

function level(of: Placed<unknown>, controls: Controls, area: string, matches: Level['matches']): Level {
  return { layer: of.layer, controls, at: (...keys) => of.at(area, ...keys), matches }
}
