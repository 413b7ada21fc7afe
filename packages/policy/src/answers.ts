import type { Code, PersonAnswer, Reason } from '@ecp/protocol'
import { reason } from './reason.ts'

/** What each answer lifts, and what stands in its place. INVARIANT: never a deny. */
const lifting: Readonly<Partial<Record<PersonAnswer['kind'], { readonly lifts: Code; readonly leaves: Code }>>> = {
  approval: { lifts: 'write.needs-approval', leaves: 'write.approved' },
  proposal: { lifts: 'write.proposed', leaves: 'write.applied' },
}

/** The reasons of the write controls, after what people have said. */
export function answered(reasons: readonly Reason[], answers: readonly PersonAnswer[]): readonly Reason[] {
  if (answers.length === 0) return reasons
  const left = reasons.map((found) => {
    const by = answers.map(({ kind }) => lifting[kind]).find((lift) => lift?.lifts === found.code)
    if (!by) return found
    const said = by.leaves === 'write.approved' ? 'a person approved this action' : 'a person applied this proposal'
    return reason(by.leaves, found.layer, `${said}; without that, ${found.message}`, found.rule)
  })
  const isRefused = answers.some(({ kind }) => kind === 'refusal')
  return isRefused ? [...left, reason('write.refused', 'run', 'a person said no to exactly this action')] : left
}

/** Whether a reason allows by itself: what was lifted only no longer stands in the way. */
export function allowsByItself(code: Code): boolean {
  return code !== 'write.approved' && code !== 'write.applied'
}
