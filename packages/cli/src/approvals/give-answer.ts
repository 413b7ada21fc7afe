import {
  type Approvers,
  newAnswer,
  refuseOver,
  type Said,
  type Standing,
  signAnswer,
  standingOf,
  writeAnswer,
} from '@ecp/host'
import type { Approval, Ledger } from '@ecp/ledger'
import type { Verdict } from '@ecp/protocol'
import type { Invocation } from '../invocation.ts'
import { type SigningOptions, signer } from './signer.ts'

export interface Word extends SigningOptions {
  readonly answer: Verdict
  readonly note?: string
  /** How long an approval holds (ms); missing: as long as the request does. */
  readonly lasts?: number
}

/** Signs and writes down a person's answer. Throws for what could not count; nothing is written then. */
export async function giveAnswer(
  invocation: Invocation,
  ledger: Ledger,
  approval: Approval,
  approvers: Approvers,
  word: Word,
): Promise<Standing> {
  const { now } = invocation
  refuseOver(standingOf(ledger, approval, approvers, now()))
  const who = await signer(invocation, approval.terms, approvers, word, (said: Said, key) =>
    signAnswer(approval, said, key),
  )
  const { answer, note, lasts } = word
  const said = newAnswer(approval, answer, who.by, now(), lasts)
  const noted = note === undefined ? {} : { note }
  return writeAnswer({ ledger, approvers, now }, approval, { ...said, ...noted }, who.proof(said))
}
