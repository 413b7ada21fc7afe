import type { OperatorAnswerOptions, OperatorAnswerOptionsRequest, OperatorAnswerRequest } from '@ecp/protocol'
import { post } from '../api/ask.ts'
import { assertionOf } from './assertion.ts'

/** The part of an answer that only an approver can give. */
export type SignedAnswerPart = Required<Pick<OperatorAnswerRequest, 'by' | 'nonce' | 'expiresAt' | 'assertion'>>

/**
 * Lets an approver sign an answer with a passkey: asks the host what is to be signed, and the browser to have it signed, which
 * shows its own dialogue. Returns what goes into the body of `POST /approvals/{id}/answer` beside `answer`, `value` and `note`; call it
 * from the click or key press itself, once for each answer. Nothing is answered yet when it returns. Throws a
 * {@link ConsoleError}: of the API, or `passkey.*` where the approver or the browser has not signed, and then nothing happened.
 */
export async function signAnswer(
  approval: string,
  said: Pick<OperatorAnswerOptionsRequest, 'answer' | 'value'>,
  by: string,
): Promise<SignedAnswerPart> {
  const asked: OperatorAnswerOptionsRequest = { ...said, by }
  const path = `/approvals/${encodeURIComponent(approval)}/answer/options`
  const { nonce, expiresAt, publicKey } = await post<OperatorAnswerOptions>(path, asked)
  return { by, nonce, expiresAt, assertion: await assertionOf(publicKey) }
}
