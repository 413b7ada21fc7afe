import {
  answerChallenge,
  approversOf,
  mayAnswer,
  newAnswer,
  passkeyRequest,
  refuseOver,
  refuseUnfit,
  signedAnswer,
  standingOf,
} from '@ecp/host'
import type { Approval } from '@ecp/ledger'
import { type OperatorAnswerOptions, verdicts } from '@ecp/protocol'
import { z } from 'zod'
import type { OperatorDesk } from '../operator-desk.ts'
import { OperatorError } from '../operator-error.ts'
import { passkeyPlace } from './passkey-place.ts'
import { ceremonyMs } from './registration-routes.ts'

export const answerOptionsRequest = z.strictObject({
  answer: z.enum(verdicts),
  value: z.json().optional(),
  by: z.string().max(200),
})

/**
 * What an approver is to sign for an answer. Nothing is kept: what comes back says itself what it is for. Throws `approval.over`
 * for what cannot be answered any more, and `approval.refused` for who could not sign here so that it counts.
 */
export function answerOptions(
  { machine, now, base }: Pick<OperatorDesk, 'machine' | 'now' | 'base'>,
  approval: Approval,
  { answer, value, by }: z.infer<typeof answerOptionsRequest>,
): OperatorAnswerOptions {
  const { ledger, config } = machine()
  const approvers = approversOf(config.layers)
  refuseOver(standingOf(ledger, approval, approvers, now()))
  const approver = approvers.get(by)
  if (!approver) throw refused(`there is no approver \`${by}\`; \`ecp approvers list\` shows who there is`)
  if (!mayAnswer(approver, approval.terms))
    throw refused(`it needs other approvers than \`${by}\`; its terms say which`)
  const valued = value === undefined ? {} : { value }
  refuseUnfit(ledger, approval, { answer, ...valued })
  const said = newAnswer(approval, answer, by, now(), valued)
  const place = passkeyPlace(base())
  const publicKey = place && passkeyRequest(approver, place, answerChallenge(approval, said), ceremonyMs)
  if (!publicKey) {
    const other = approver.publicKey === undefined ? '' : '; `ecp approvals approve` signs with the key that they have'
    throw refused(
      `\`${by}\` has no passkey for pages of \`${base()}\`: \`ecp approvers add ${by} --passkey\` makes one${other}`,
    )
  }
  const { nonce, expiresAt } = said
  return { nonce, expiresAt, signed: signedAnswer(approval, said), publicKey }
}

function refused(message: string): OperatorError {
  return new OperatorError(403, 'approval.refused', message)
}
