import type { Approval } from '@ecp/ledger'
import type { AnswerWorth, ApprovalAnswered, ApprovalTerms, Json, Question } from '@ecp/protocol'
import type { Approver, Approvers } from './approvers.ts'
import { answerFault } from './question.ts'
import { isProvenBy } from './signature.ts'

/**
 * Whether the answers to an approval are worth an allow, under the terms that hold now and the approvers that the host names
 * now. INVARIANT: what the ledger says of its state is not looked at: whoever can write rows there cannot sign.
 */
export function isApprovedBy(
  approval: Approval,
  terms: ApprovalTerms,
  approvers: Approvers,
  question?: Question,
): boolean {
  const sound = soundAnswers(approval, terms, approvers, question)
  if (sound.some(({ answer }) => answer === 'deny')) return false
  return new Set(sound.map(({ by }) => by)).size >= Math.max(1, terms.quorum)
}

/** What a question is answered with: the first answer that counts, unless somebody whose word counts said no. */
export function answerTo(
  approval: Approval,
  terms: ApprovalTerms,
  approvers: Approvers,
  question: Question | undefined,
): { readonly value: Json; readonly by: string } | undefined {
  if (!isApprovedBy(approval, terms, approvers, question)) return undefined
  const [first] = soundAnswers(approval, terms, approvers, question)
  return first?.value === undefined ? undefined : { value: first.value, by: first.by }
}

function soundAnswers(approval: Approval, terms: ApprovalTerms, approvers: Approvers, question: Question | undefined) {
  return approval.answers.filter((answered) => worthOf(approval, answered, terms, approvers, question) === 'counts')
}

/** What an answer is worth now: it counts, or why it does not. `question`: what an approval of that kind asks. */
export function worthOf(
  approval: Approval,
  answered: ApprovalAnswered,
  terms: ApprovalTerms,
  approvers: Approvers,
  question?: Question,
): AnswerWorth {
  const worth = wordWorth(answered, terms, approvers, (approver) => isProvenBy(approver, approval, answered))
  return worth === 'counts' && !isOfItsKind(approval, answered, question) ? 'wrong-value' : worth
}

/** A question is answered with a value that fits it; everything else, a refusal too, bears none. */
function isOfItsKind({ kind }: Approval, { answer, value }: ApprovalAnswered, question: Question | undefined): boolean {
  if (kind !== 'question' || answer === 'deny') return value === undefined
  return value !== undefined && answerFault(question, value) === undefined
}

/** What somebody's word is worth. `isProven`: whether it bears the signature of this approver over exactly what was said. */
export function wordWorth(
  { by, proof }: Pick<ApprovalAnswered, 'by' | 'proof'>,
  terms: ApprovalTerms,
  approvers: Approvers,
  isProven: (approver: Approver) => boolean,
): AnswerWorth {
  // With no approvers configured answers are the local operator's; who names approvers and configures none has nobody.
  if (approvers.size === 0) {
    return terms.approvers.length === 0 && proof.kind === 'unsigned' ? 'counts' : 'nobody-configured'
  }
  if (proof.kind === 'unsigned') return 'unsigned'
  const approver = approvers.get(by)
  if (!approver) return 'unknown-approver'
  if (!mayAnswer(approver, terms)) return 'not-named'
  return isProven(approver) ? 'counts' : 'wrong-signature'
}

/** Whether the terms name this approver, one of their groups, or nobody in particular. */
export function mayAnswer({ name, groups }: Approver, { approvers }: Pick<ApprovalTerms, 'approvers'>): boolean {
  return approvers.length === 0 || [name, ...groups].some((one) => approvers.includes(one))
}
