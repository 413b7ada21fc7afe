import type { LedgerRecord, WebhookEvent } from '@ecp/protocol'

/** Who is to be told of what. */
export interface Subscription {
  /** Its name is what it is known by: over restarts, and in every process on the ledger. */
  readonly endpoint: string
  readonly events: readonly WebhookEvent[]
}

/** One thing that one endpoint is to be told. */
export interface Letter {
  readonly endpoint: string
  /** What happened, from the ledger's own chain. */
  readonly record: LedgerRecord & { readonly kind: WebhookEvent }
  /** Of the record: names the letter in every attempt, by whichever process. */
  readonly hash: string
  /** How often it was sent, this time included. */
  readonly attempt: number
}

/** A letter that is not sent because too many wait already. */
export type LeftOut = Pick<Subscription, 'endpoint'> & { readonly letters: number }

/**
 * What is still to be told outside, kept in the ledger's file over restarts and shared by all processes on it. It is read from
 * records and is no part of their chain: no decision looks at it. Every method that fails throws `LedgerError`.
 */
export interface Outbox {
  /**
   * Makes a letter of every approval record that was written since the last time, once, whoever asks. An endpoint that was never
   * asked for is told of what happens from now on. At most `most` letters wait for an endpoint: what is more is answered as left
   * out, and never sent.
   */
  collect(at: number, subscriptions: readonly Subscription[], most: number): Promise<readonly LeftOut[]>
  /**
   * Letters for an endpoint that are due, the oldest first: nobody else is given them before `until` (milliseconds since the
   * epoch), and then they are due again.
   */
  take(at: number, endpoint: string, owner: string, until: number, limit: number): Promise<readonly Letter[]>
  /** What was taken by those who are gone is due now. */
  release(at: number, isAlive: (owner: string) => boolean): Promise<void>
  /** It has arrived, or will never be sent again. */
  settle(letter: Letter): Promise<void>
  /** It is due again at that time, unless somebody else has taken it since. */
  postpone(letter: Letter, owner: string, dueAt: number): Promise<void>
}
