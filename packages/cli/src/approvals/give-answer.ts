import {
  type Approvers,
  newAnswer,
  refuseOver,
  refuseUnfit,
  type Said,
  type Standing,
  signAnswer,
  standingOf,
  writeAnswer,
} from '@ecp/host'
import type { Approval, Ledger } from '@ecp/ledger'
import type { Json, Verdict } from '@ecp/protocol'
import type { Invocation } from '../invocation.ts'
import { type SigningOptions, signer } from './signer.ts'

export interface Word extends SigningOptions {
  readonly answer: Verdict
  readonly note?: string
  /** What a question is answered with. */
  readonly value?: Json
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
  refuseUnfit(ledger, approval, word)
  const who = await signer(invocation, approval.terms, approvers, word, (said: Said, key) =>
    signAnswer(approval, said, key),
  )
  const { answer, note, lasts, value } = word
  const said = newAnswer(approval, answer, who.by, now(), {
    ...(lasts === undefined ? {} : { lasts }),
    ...(value === undefined ? {} : { value }),
  })
  const noted = note === undefined ? {} : { note }
  return writeAnswer({ ledger, approvers, now }, approval, { ...said, ...noted }, who.proof(said))
}
