import { dirname, join } from 'node:path'
import { askSocket } from '@ecp/host'
import { z } from 'zod'
import { ServerError } from '../error.ts'
import { linkPath } from './operator.ts'

/** Where programs of this user find `ecp serve`: beside the ledger. */
export const localSocket = (ledger: string): string => join(dirname(ledger), 'ecp.sock')

const answer = z.object({ link: z.string(), expiresAt: z.number() })

/**
 * A new one-time link to the console of the `ecp serve` that listens on this socket, and until when it is good (milliseconds since
 * the epoch). Throws `host.refused` where nobody listens, `server.refused` where what listens gives none.
 */
export async function consoleLink(socket: string): Promise<z.infer<typeof answer>> {
  const { status, body } = await askSocket(socket, linkPath, {})
  const parsed = answer.safeParse(status === 200 ? JSON.parse(body) : undefined)
  if (parsed.success) return parsed.data
  throw new ServerError('server.refused', `what listens at \`${socket}\` gives no link (status ${status})`)
}
