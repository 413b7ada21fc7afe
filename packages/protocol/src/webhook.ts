import type { ApprovalKind, Proof, Verdict } from './approval.ts'
import type { ApprovalTerms, Code } from './decision.ts'

/** What an endpoint can be told of: the kinds of the records that it is told from. */
export const webhookEvents = [
  'approval.requested',
  'approval.answered',
  'approval.used',
  'approval.expired',
  'approval.cancelled',
] as const
export type WebhookEvent = (typeof webhookEvents)[number]

/**
 * The body of a webhook, in the form of Standard Webhooks 1.0 (type, timestamp, data). Every text in it that comes from an
 * agent or a server is redacted, has its hidden characters written out (`\u{202e}`), and ends with `…` where it was cut. It is
 * still text of unknown origin: show it as text.
 */
export interface WebhookMessage {
  readonly type: WebhookEvent
  /** When it happened, as RFC 3339 in UTC. */
  readonly timestamp: string
  readonly data: WebhookData
}

export interface WebhookData {
  readonly approval: string
  readonly kind: ApprovalKind
  /** The page of the console that shows all of it, and takes an answer. */
  readonly url: string
  readonly target: string
  /** Who asks. `client` is missing where the run's start is not on record. */
  readonly client?: string
  readonly executor: string
  readonly principal: string
  readonly run: string
  readonly action: string
  /** Why it is held, or proposed. */
  readonly reasons: readonly { readonly code: Code; readonly message: string }[]
  /** How many of `reasons` are left out. */
  readonly reasonsLeftOut?: number
  readonly terms: Pick<ApprovalTerms, 'quorum' | 'approvers'>
  /** RFC 3339. */
  readonly expiresAt: string
  /** Missing where the record that holds them is. */
  readonly arguments?: WebhookArguments
  /** With `approval.answered`. */
  readonly answer?: {
    readonly answer: Verdict
    readonly by: string
    readonly note?: string
    readonly proof: Proof['kind']
    /** Whether it is worth anything under the approvers that the host names: anybody can write an answer down. */
    readonly counts: boolean
  }
  /** With `approval.used`: the action that used it. */
  readonly usedBy?: string
  /** With `approval.cancelled`. */
  readonly cancelledBy?: string
}

/** The exact arguments as one line of JSON, as far as they fit. */
export interface WebhookArguments {
  readonly text: string
  /** Of the whole, in UTF-8, before anything was written out or cut. */
  readonly bytes: number
  /** Whether there is more than `text` shows: only the console and the command line show all of it. */
  readonly isCut: boolean
}
