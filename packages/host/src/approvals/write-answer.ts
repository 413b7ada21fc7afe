import { randomBytes } from 'node:crypto'
import type { Approval, Ledger } from '@ecp/ledger'
import type { AnswerWorth, ApprovalAnswered, ApprovalKind, Json, Proof, Verdict } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Approvers } from './approvers.ts'
import { worthOf } from './judge.ts'
import { answerFault, questionOf } from './question.ts'
import { isOpen, type Standing, standingOf } from './standing.ts'

/** What of an answer is signed. */
export type Said = Pick<ApprovalAnswered, 'answer' | 'value' | 'by' | 'expiresAt' | 'nonce'>

export interface AnswerDesk {
  readonly ledger: Pick<Ledger, 'answerApproval' | 'decided' | 'run'>
  readonly approvers: Approvers
  now(): number
}

/** What an answer without approvers is worth. */
export const unsignedWarning =
  'no approvers are configured: the answer is unsigned, and whoever runs as this user, an agent with a shell too, could have given it; `ecp approvers add` makes a key'

/**
 * A new answer, to be signed. `lasts`: how long an approval holds (ms); missing: as long as the request does. `value`: what a
 * question is answered with.
 */
export function newAnswer(
  approval: Approval,
  answer: Verdict,
  by: string,
  at: number,
  { lasts, value }: { readonly lasts?: number; readonly value?: Json } = {},
): Said {
  const expiresAt = lasts === undefined ? approval.expiresAt : Math.min(approval.expiresAt, at + lasts)
  const valued = value === undefined ? {} : { value }
  return { answer, ...valued, by, expiresAt, nonce: randomBytes(16).toString('base64url') }
}

/** Throws `approval.refused` for what would not answer what was asked, before a person signs it. */
export function refuseUnfit(
  ledger: Pick<Ledger, 'decided'>,
  approval: Approval,
  { answer, value }: Pick<Said, 'answer' | 'value'>,
) {
  const refused = (why: string) => new HostError('approval.refused', why)
  if (approval.kind !== 'question' || answer === 'deny') {
    if (value === undefined) return
    throw refused(
      answer === 'deny' ? 'a refusal has no value' : 'it is no question: it is approved or denied, without a value',
    )
  }
  if (value === undefined) throw refused('it is a question: answer it with a value, or deny it')
  const fault = answerFault(questionOf(ledger, approval), value)
  if (fault !== undefined) throw refused(`this does not answer the question: ${fault}`)
}

/**
 * Writes down a person's answer. Throws `approval.over` for what cannot be answered any more, and `approval.refused` for an answer
 * that would not count: then nothing is written.
 */
export async function writeAnswer(
  { ledger, approvers, now }: AnswerDesk,
  approval: Approval,
  answered: Said & Pick<ApprovalAnswered, 'note'>,
  proof: Proof,
): Promise<Standing> {
  const at = now()
  const before = standingOf(ledger, approval, approvers, at)
  refuseOver(before)
  refuseUnfit(ledger, approval, answered)
  const { answer, value, by, expiresAt, nonce, note } = answered
  if (approval.kind === 'question' && answer === 'approve' && before.state === 'approved') {
    throw new HostError('approval.refused', 'it is answered already; a refusal takes that back')
  }
  const same = before.answers.find((one) => one.by === by && one.worth === 'counts')
  if (same?.answer === answer) {
    const rest = answer === 'approve' && before.state === 'pending' ? '; it waits for somebody else' : ''
    throw new HostError('approval.refused', `\`${by}\` has said so already${rest}`)
  }
  const noted = note === undefined ? {} : { note }
  const valued = value === undefined ? {} : { value }
  const said = { approval: approval.approval, answer, ...valued, by, expiresAt, nonce, ...noted, proof }
  if (expiresAt <= at || expiresAt > approval.expiresAt) {
    throw new HostError('approval.refused', 'the answer would hold no more, or for longer than was asked for')
  }
  const worth = worthOf(approval, said, approval.terms, approvers, questionOf(ledger, approval))
  if (worth !== 'counts') throw new HostError('approval.refused', `\`${by}\`: ${worthless[worth]}`)
  return standingOf(ledger, await ledger.answerApproval(at, said), approvers, at)
}

/** Throws `approval.over`, with what to do, for one that cannot be answered any more. */
export function refuseOver(standing: Standing): void {
  if (isOpen(standing)) return
  const { approval, state } = standing
  const { noun, again } = overWords[approval.kind]
  throw new HostError('approval.over', `${noun} \`${approval.approval}\` is ${state}: ${again}`)
}

const overWords: Readonly<Record<ApprovalKind, { readonly noun: string; readonly again: string }>> = {
  hold: { noun: 'approval', again: 'when the agent calls again, it asks again' },
  proposal: { noun: 'proposal', again: 'the agent has to propose it again' },
  question: { noun: 'question', again: 'a run that still needs the answer asks again when it goes on' },
}

/** What is said of a word that would not count. */
export const worthless: Readonly<Record<Exclude<AnswerWorth, 'counts'>, string>> = {
  unsigned: 'approvers are configured, and the answer is signed by none of them',
  'nobody-configured': 'it needs approvers by name, and none are configured; `ecp approvers add` makes a key',
  'unknown-approver': 'there is no such approver, or none with a key; `ecp approvers list` shows who there is',
  'not-named': 'it needs other approvers; its terms say which',
  'wrong-signature': 'the signature is not good for exactly this answer',
  'wrong-value': 'it does not answer what was asked',
}
