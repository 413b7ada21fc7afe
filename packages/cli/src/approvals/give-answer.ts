import { randomBytes } from 'node:crypto'
import type { Approvers } from '@ecp/host'
import type { Approval, Ledger } from '@ecp/ledger'
import type { Verdict } from '@ecp/protocol'
import { CliError } from '../error.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'
import { type SigningOptions, signer } from './signer.ts'
import { isOpen, type Standing, standingOf } from './standing.ts'

export interface Word extends SigningOptions {
  readonly answer: Verdict
  readonly note?: string
  /** How long an approval holds (ms); missing: as long as the request does. */
  readonly lasts?: number
}

/** Writes down a person's answer. Throws `cli.refused` for what could not count; nothing is written then. */
export async function giveAnswer(
  invocation: Invocation,
  ledger: Ledger,
  approval: Approval,
  approvers: Approvers,
  word: Word,
): Promise<Standing> {
  const { now } = invocation
  const before = standingOf(ledger, approval, approvers, now())
  refuseOver(before)
  const who = await signer(invocation, approval, approvers, word)
  const { answer, note, lasts } = word
  const said = before.answers.find(({ by, worth }) => by === who.by && worth === 'counts')
  if (said && said.answer === answer) {
    const rest = answer === 'approve' && before.state === 'pending' ? '; it waits for somebody else' : ''
    throw new CliError('cli.refused', `\`${visible(who.by, 80)}\` has said so already${rest}`)
  }
  const at = now()
  const expiresAt = lasts === undefined ? approval.expiresAt : Math.min(approval.expiresAt, at + lasts)
  const signed = { answer, by: who.by, expiresAt, nonce: randomBytes(16).toString('base64url') }
  const noted = note === undefined ? {} : { note }
  const proof = who.proof(signed)
  const after = await ledger.answerApproval(at, { approval: approval.approval, ...signed, ...noted, proof })
  return standingOf(ledger, after, approvers, at)
}

/** Throws `cli.refused`, with what to do, for one that cannot be answered any more. */
export function refuseOver(standing: Standing): void {
  if (isOpen(standing)) return
  const { approval, state } = standing
  const { noun, again } =
    approval.kind === 'hold'
      ? { noun: 'approval', again: 'when the agent calls again, it asks again' }
      : { noun: 'proposal', again: 'the agent has to propose it again' }
  throw new CliError('cli.refused', `${noun} \`${visible(approval.approval, 80)}\` is ${state}: ${again}`)
}
