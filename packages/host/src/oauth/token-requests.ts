import { isJsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { GuardedFetch } from '../network/guarded-fetch.ts'

/** Milliseconds for one request of a flow, its body included. */
const longestMs = 30_000

export interface TokenRequests {
  /** What the SDK's flow uses as `fetch`. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  /** The first request that was refused by the host's rules: the SDK passes over some failures, and fails with another one. */
  refused(): HostError | undefined
}

/**
 * The requests of signing in and renewing: within the host's network rules and a bound of time, without anything that is bound
 * to the server itself. What an authorization server says with an error may repeat what it was sent: only its code and a
 * redacted description are passed on.
 */
export function tokenRequests(guarded: GuardedFetch, redact: (text: string) => string): TokenRequests {
  let refused: HostError | undefined
  return {
    async fetch(url, init = {}) {
      const timeout = AbortSignal.timeout(longestMs)
      const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout
      try {
        const answer = await guarded(url, { ...init, signal })
        return init.method === 'POST' ? await tamed(answer, redact) : answer
      } catch (cause) {
        if (cause instanceof HostError && cause.code === 'network.refused') refused ??= cause
        if (timeout.aborted) {
          throw new HostError('server.timeout', `\`${new URL(url).host}\` did not answer within ${longestMs} ms`)
        }
        throw cause
      }
    },
    refused: () => refused,
  }
}

async function tamed(answer: Response, redact: (text: string) => string): Promise<Response> {
  const text = await answer.text()
  const { status, headers } = answer
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {}
  if (answer.ok && isJsonObject(body) && body.error === undefined) return new Response(text, { status, headers })
  const { error, error_description: said } = isJsonObject(body) ? body : {}
  const code = typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : 'server_error'
  const description = typeof said === 'string' ? { error_description: plain(redact(said)) } : {}
  return Response.json({ error: code, ...description }, { status: answer.ok ? 400 : status })
}

/** Without what could move the cursor of a terminal, and short. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}
