import type { Action, Code, PersonAnswer, Reason } from '@ecp/protocol'
import { grantFits } from './grants.ts'
import { reason } from './reason.ts'
import type { WriteAnswer } from './writes.ts'

/** What each answer lifts, and what stands in its place. INVARIANT: never a deny. */
const lifting: Readonly<Partial<Record<PersonAnswer['kind'], { readonly lifts: Code; readonly leaves: Lifted }>>> = {
  approval: { lifts: 'write.needs-approval', leaves: 'write.approved' },
  grant: { lifts: 'write.needs-approval', leaves: 'write.granted' },
  proposal: { lifts: 'write.proposed', leaves: 'write.applied' },
}

type Lifted = 'write.approved' | 'write.applied' | 'write.granted'

/** The reasons of the write controls, after what people have said. A grant that does not fit the action says nothing. */
export function answered(
  { reasons, approval }: WriteAnswer,
  { action, policyDigest }: { readonly action: Action; readonly policyDigest: string },
  answers: readonly PersonAnswer[],
): readonly Reason[] {
  if (answers.length === 0) return reasons
  const fits = (one: PersonAnswer) =>
    one.kind !== 'grant' || (approval && grantFits(one, action, policyDigest, approval))
  const counting = answers.filter(fits)
  const left = reasons.map((found) => {
    const by = counting.find(({ kind }) => lifting[kind]?.lifts === found.code)
    const leaves = by && lifting[by.kind]?.leaves
    if (!leaves) return found
    return reason(leaves, found.layer, `${said(by)}; without that, ${found.message}`, found.rule)
  })
  const isRefused = action.kind !== 'human.ask' && answers.some(({ kind }) => kind === 'refusal')
  return isRefused ? [...left, reason('write.refused', 'run', 'a person said no to exactly this action')] : left
}

function said(by: PersonAnswer): string {
  if (by.kind === 'grant') return `a person granted this (use ${by.used + 1} of ${by.terms.uses} of grant \`${by.id}\`)`
  return by.kind === 'approval' ? 'a person approved this action' : 'a person applied this proposal'
}

/** Whether a reason allows by itself: what was lifted only no longer stands in the way. */
export function allowsByItself(code: Code): boolean {
  return (
    code !== 'write.approved' && code !== 'write.applied' && code !== 'write.granted' && code !== 'question.answered'
  )
}
