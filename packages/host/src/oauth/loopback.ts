import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HostError } from '../error.ts'

export interface LoopbackOptions {
  /** Where to listen; when somebody else does, anywhere. */
  readonly port?: number
  /** Milliseconds until nobody is waited for any more. */
  readonly timeoutMs: number
}

/** A place on this machine that a browser is sent back to after signing in (RFC 8252, 7.3). */
export interface Loopback extends AsyncDisposable {
  readonly url: string
  /**
   * The query of the first request that has this `state`; every other one is turned away and changes nothing. Throws
   * `server.start-failed` when there is none in time, or `signal` says so.
   */
  answered(state: string, signal?: AbortSignal): Promise<URLSearchParams>
}

const path = '/callback'
const headers = {
  'content-type': 'text/plain; charset=utf-8',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

/** Listens on the loopback address only. */
export async function openLoopback({ port = 0, timeoutMs }: LoopbackOptions): Promise<Loopback> {
  let waiting: { readonly state: string; settle(query: URLSearchParams): void } | undefined
  let host = ''
  const answer: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', `http://${host}`)
    const states = url.searchParams.getAll('state')
    // A page elsewhere may send its visitors here: under this name only, and knowing what only the authorization server was told.
    const isMeant =
      request.method === 'GET' &&
      request.headers.host === host &&
      url.pathname === path &&
      states.length === 1 &&
      states[0] === waiting?.state
    if (!isMeant) {
      response.writeHead(404, headers).end('There is nothing here.\n')
      return
    }
    response.writeHead(200, headers).end('Thank you. You can close this page and go back to the terminal.\n')
    waiting?.settle(url.searchParams)
    waiting = undefined
  }
  const { createServer } = await import('node:http')
  const server = createServer({ maxHeaderSize: 32_000, requestTimeout: 10_000, headersTimeout: 10_000 }, answer)
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, '127.0.0.1', resolve))
  await listen(port).catch((cause: unknown) => {
    if (port === 0) throw cause
    return listen(0)
  })
  host = `127.0.0.1:${(server.address() as AddressInfo).port}` // reason: it listens on a port
  return {
    url: `http://${host}${path}`,
    answered: (state, signal) =>
      new Promise((resolve, reject) => {
        const fail = (why: string) => {
          done()
          reject(new HostError('server.start-failed', why))
        }
        const onAbort = () => fail('signing in was cancelled')
        const timer = setTimeout(
          () => fail(`nobody has signed in within ${Math.round(timeoutMs / 1_000)} s`),
          timeoutMs,
        )
        const done = () => {
          waiting = undefined
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        waiting = {
          state,
          settle: (query) => {
            done()
            resolve(query)
          },
        }
        if (signal?.aborted) onAbort()
      }),
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}
