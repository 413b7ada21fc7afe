import { type Approvers, approversOf, newAnswer, refuseOver, type Said, standingOf, writeAnswer } from '@ecp/host'
import type { Approval } from '@ecp/ledger'
import { type OperatorApproval, type Proof, verdicts } from '@ecp/protocol'
import { z } from 'zod'
import type { OperatorDesk } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { assertionProof } from './passkeys/assertion-proof.ts'
import { shownApproval } from './shown-approval.ts'

const longestNote = 2_000

export const answerRequest = z.strictObject({
  answer: z.enum(verdicts),
  value: z.json().optional(),
  note: z.string().max(longestNote).optional(),
  by: z.string().max(200).optional(),
  nonce: z.string().max(64).optional(),
  expiresAt: z.int().optional(),
  assertion: z.record(z.string(), z.json()).optional(),
})
export type AnswerRequest = z.infer<typeof answerRequest>

/** An answer, with what stands behind it. */
interface Proven {
  readonly said: Said
  readonly proof: Proof
}

/**
 * Writes down a person's answer. Throws `approval.over` for what cannot be answered any more, `approval.needs-signature` and
 * `approval.refused` for an answer that would not count: then nothing is written.
 */
export async function answered(
  desk: OperatorDesk,
  approval: Approval,
  request: AnswerRequest,
): Promise<OperatorApproval> {
  const machine = desk.machine()
  const { ledger, config } = machine
  const approvers = approversOf(config.layers)
  refuseOver(standingOf(ledger, approval, approvers, desk.now()))
  const { said, proof } = proven(desk, approval, approvers, request)
  const { note } = request
  const noted = note === undefined ? {} : { note }
  const after = await writeAnswer({ ledger, approvers, now: desk.now }, approval, { ...said, ...noted }, proof)
  return shownApproval(machine, after.approval, desk.now())
}

/**
 * Without approvers the answer is the local operator's, and says that nobody signed it. With them it is what an approver has signed,
 * and who signs in here is none of them by that.
 */
function proven(desk: OperatorDesk, approval: Approval, approvers: Approvers, request: AnswerRequest): Proven {
  const { answer, value, by, nonce, expiresAt, assertion } = request
  const valued = value === undefined ? {} : { value }
  if (approvers.size === 0 && by === undefined) {
    return { said: newAnswer(approval, answer, desk.user, desk.now(), valued), proof: { kind: 'unsigned' } }
  }
  if (approvers.size === 0)
    throw new OperatorError(403, 'approval.refused', 'no approvers are configured: `by` names none')
  if (by === undefined || nonce === undefined || expiresAt === undefined || assertion === undefined) {
    const message = 'answers are signed here: with a passkey in the console, or with `ecp approvals approve`'
    throw new OperatorError(403, 'approval.needs-signature', message)
  }
  const proof = assertionProof(assertion)
  if (!proof) throw new OperatorError(400, 'request.invalid', '`$.assertion` is no assertion of a passkey')
  return { said: { answer, ...valued, by, nonce, expiresAt }, proof }
}
