import { HostError } from '../../error.ts'

/**
 * What the SDK's transports throw, as ours. Says nothing that the server said but the HTTP status: what it writes may hold
 * anything.
 */
export function asHostError(server: string, asked: string, cause: unknown): HostError {
  if (cause instanceof HostError) return cause
  const { name, data, code } = cause as Error & { data?: { status?: unknown }; code?: unknown } // reason: looked at only
  const status = data?.status ?? (name === 'Error' && typeof code === 'number' ? code : undefined)
  const text = `server \`${server}\` answered ${asked} with`
  if (typeof status === 'number') return new HostError('server.protocol', `${text} HTTP ${status}`)
  const posted = /\(HTTP (\d{3})\)/.exec((cause as Error).message)?.[1] // reason: see above
  if (posted) return new HostError('server.protocol', `${text} HTTP ${posted}`)
  if (isNonsense(cause)) return new HostError('server.protocol', `${text} what is no JSON-RPC message`)
  return new HostError('server.protocol', `server \`${server}\` failed ${asked}: ${(cause as Error).message}`) // reason: see above
}

/** Whether something was no JSON, or no message. */
export function isNonsense(cause: unknown): boolean {
  return cause instanceof SyntaxError || (cause instanceof Error && cause.name === 'ZodError')
}
