import { askSocket } from '@ecp/host'
import type { Passkey } from '@ecp/protocol'
import { z } from 'zod'
import { ServerError } from '../../error.ts'
import { registrationOutcomePath, registrationsPath } from './registration-routes.ts'

const begun = z.object({ id: z.string(), link: z.string(), expiresAt: z.number() })
/** A link at which a browser makes a passkey. `expiresAt`: milliseconds since the epoch. */
export type PasskeyLink = z.infer<typeof begun>

const text = z.string()
const outcome = z.object({
  passkey: z.object({ id: text, publicKey: text, rpId: text, origins: z.array(text) }).optional(),
})

/**
 * A new one-time link for the passkey of an approver, from the `ecp serve` that listens on this socket. Throws `host.refused` where
 * nobody listens, `server.refused` with its reason where it gives none.
 */
export function passkeyLink(socket: string, name: string): Promise<PasskeyLink> {
  return asked(socket, registrationsPath, { name }, begun)
}

/** The passkey that was made by a link, once it was. Throws `server.refused` when the link is over, `host.refused` as above. */
export async function passkeyOf(socket: string, { id }: Pick<PasskeyLink, 'id'>): Promise<Passkey | undefined> {
  return (await asked(socket, registrationOutcomePath, { id }, outcome)).passkey
}

async function asked<T>(socket: string, path: string, body: object, schema: z.ZodType<T>): Promise<T> {
  const answer = await askSocket(socket, path, body)
  const said = parsed(answer.body)
  const found = schema.safeParse(said)
  if (answer.status === 200 && found.success) return found.data
  const { detail } = z.object({ detail: z.string() }).safeParse(said).data ?? { detail: `status ${answer.status}` }
  throw new ServerError('server.refused', `the \`ecp serve\` at \`${socket}\` makes no passkey: ${detail}`)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
