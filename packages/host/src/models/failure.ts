import { APICallError } from '@ai-sdk/provider'
import { HostError } from '../error.ts'
import { retryAfterMs } from '../network/retry-after.ts'
import type { Retryable } from './retry.ts'

/** The longest part of a provider's own words that is passed on. */
const maxWords = 300

/** What a turn failed with, as the host says it. */
export function failure(who: string, cause: unknown): HostError {
  const own = hostErrorIn(cause)
  if (own) return own
  if (APICallError.isInstance(cause) && cause.statusCode !== undefined && cause.statusCode !== 200) {
    const words = wordsOf(cause)
    return new HostError(
      'model.failed',
      `${who} was refused with HTTP ${cause.statusCode}${words === '' ? '' : `: ${words}`}${hint(cause.statusCode)}`,
    )
  }
  const message = cause instanceof Error ? cause.message : 'it does not say why'
  return new HostError(
    'model.protocol',
    `${who} answered with what cannot be read as a reply: ${message.slice(0, maxWords)}`,
  )
}

/** A provider that is busy or down may be there again: 408, 409, 429 and 5xx (RFC 9110, RFC 6585), and what never reached it. `at`: now. */
export function retryable(cause: unknown, at: number): Retryable | undefined {
  if (hostErrorIn(cause)) return hostErrorIn(cause)?.code === 'server.start-failed' ? {} : undefined
  if (!APICallError.isInstance(cause) || !cause.isRetryable) return undefined
  const afterMs = retryAfterMs(cause.responseHeaders?.['retry-after'], at)
  return afterMs === undefined ? {} : { afterMs }
}

/** The SDK wraps what `fetch` throws. */
function hostErrorIn(cause: unknown): HostError | undefined {
  if (cause instanceof HostError) return cause
  return cause instanceof Error && cause.cause !== undefined ? hostErrorIn(cause.cause) : undefined
}

function wordsOf({ message }: APICallError): string {
  return message.replaceAll(/\s+/g, ' ').trim().slice(0, maxWords)
}

function hint(status: number): string {
  if (status === 401 || status === 403) return '; see `apiKey` of the provider'
  if (status === 404) return '; see `supportedModels` and `config.baseURL` of the provider'
  return ''
}
