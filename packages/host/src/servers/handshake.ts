import type { JsonObject } from '@ecp/protocol'
import type { Client, Transport, VersionNegotiationOptions } from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import type { Link } from './link.ts'

/** Our own timers end requests; the SDK's are set out of their way. The longest a Node timer takes. */
export const never = 2_147_483_647
/** How long (ms) a server on a pipe may be silent to the question which revision it speaks, before it is taken for an old one. */
const probeMs = 1_000

/** Whether a server knows the revision 2026-07-28; `new`, that it knows no older one. */
export type Era = 'unknown' | 'old' | 'new'

/** A server that was taken for an old one, because it was silent for long, and does not speak any older revision. */
export class OnlyNew extends HostError {}

export interface HandshakeOptions {
  readonly name: string
  readonly startTimeoutMs: number
  /** What this side declares that it can be asked (MCP, ClientCapabilities). */
  readonly capabilities: JsonObject
  /** Skips the question which revision a server speaks, where it is known. */
  readonly era: Era
  readonly redactor: Pick<Redactor, 'text'>
}

/**
 * Finds the newest revision that both sides speak, and shakes hands in it. Throws `server.start-failed` in `startTimeoutMs`
 * plus the time to close the link, and `server.exited` when the link ended meanwhile.
 */
export async function handshake(link: Link, transport: Transport, options: HandshakeOptions): Promise<Client> {
  const { name, startTimeoutMs, redactor } = options
  // Loaded beside the server's own start, and not at all in a process that calls no server.
  const { Client } = await import('@modelcontextprotocol/client')
  const client = new Client(
    { name: 'ecp', version: '0.5.0' },
    {
      capabilities: options.capabilities as Record<string, never>, // reason: what a client declared, passed on as it is
      versionNegotiation: negotiation(options.era, link.kind === 'pipe' ? probeMs : startTimeoutMs),
      inputRequired: { autoFulfill: false },
    },
  )
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), startTimeoutMs)
  try {
    await Promise.race([client.connect(transport, { signal: abort.signal, timeout: never }), aborted(abort.signal)])
    return client
  } catch (cause) {
    void link.close()
    const failed = (why: string) => new HostError('server.start-failed', `server \`${name}\` did not start: ${why}`)
    if (abort.signal.aborted) {
      throw link.told(failed(`it did not answer \`initialize\` within ${startTimeoutMs} ms`))
    }
    if (isConnectionLoss(cause)) {
      const { code, message } = await link.ended
      // One that nobody reached, or that wants to know first who asks, did not end because of what it was asked.
      const ended = code === 'server.start-failed' ? code : 'server.exited'
      throw new HostError(ended, `server \`${name}\` did not start: ${message}`)
    }
    const why = failed(redactor.text(reasonOf(cause)).slice(0, 500))
    if (options.era === 'unknown' && isRefusedRevision(cause)) throw new OnlyNew(why.code, why.message)
    throw link.told(why)
  } finally {
    clearTimeout(timer)
  }
}

function negotiation(era: Era, timeoutMs: number): VersionNegotiationOptions {
  if (era === 'old') return { mode: 'legacy' }
  return era === 'new' ? { mode: { pin: '2026-07-28' } } : { mode: 'auto', probe: { timeoutMs } }
}

/** MCP 2026-07-28, UnsupportedProtocolVersionError. */
function isRefusedRevision(cause: unknown): boolean {
  return (cause as { code?: unknown }).code === -32_022 // reason: looked at only to compare
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new HostError('server.timeout', 'timed out')), { once: true })
  })
}

/** Whether a request ended because there is nobody on the other side any more. */
export function isConnectionLoss(cause: unknown): boolean {
  const code = (cause as { code?: unknown }).code // reason: looked at only to compare
  if (cause instanceof HostError) return code === 'server.protocol' || code === 'server.message-too-large'
  return code === 'CONNECTION_CLOSED' || code === 'NOT_CONNECTED' || code === 'ERA_NEGOTIATION_FAILED'
}

/** The text of an error, with that of its cause: what failed on the network stands only there. */
function reasonOf(cause: unknown): string {
  const { message, cause: deeper } = cause as Error // reason: the SDK throws only Errors
  return deeper instanceof Error && deeper.message !== '' ? `${message}: ${deeper.message}` : message
}
