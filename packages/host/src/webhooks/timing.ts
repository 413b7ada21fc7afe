/** When webhooks are sent, all in milliseconds. */
export interface WebhookTiming {
  /** How often the ledger is looked at for what is to be told. */
  readonly lookMs: number
  /** How long one attempt may take. */
  readonly attemptMs: number
  /** The wait after the first failure; it doubles with each, with jitter, up to the longest. */
  readonly firstRetryMs: number
  readonly longestRetryMs: number
  /** How long after it happened something is still told. */
  readonly giveUpMs: number
  /** How often the log says again that an endpoint fails. */
  readonly remindMs: number
}

export const defaultWebhookTiming: WebhookTiming = {
  lookMs: 200,
  attemptMs: 15_000,
  firstRetryMs: 1_000,
  longestRetryMs: 600_000,
  giveUpMs: 86_400_000,
  remindMs: 60_000,
}

/** How long to wait after so many attempts: exponential, bounded, with a half of it as jitter; not before the endpoint wants. */
export function retryDelay(
  attempt: number,
  timing: Pick<WebhookTiming, 'firstRetryMs' | 'longestRetryMs'>,
  random: () => number,
  retryAfterMs = 0,
): number {
  const { firstRetryMs, longestRetryMs } = timing
  const whole = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(30, Math.max(0, attempt - 1)))
  return Math.max(Math.round(whole * (0.5 + random() / 2)), Math.min(retryAfterMs, longestRetryMs))
}
