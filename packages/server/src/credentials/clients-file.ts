import { dirname, isAbsolute, join } from 'node:path'
import { HostError, locked, readPrivate, writePrivate } from '@ecp/host'
import { isClientName, isJsonObject, type JsonObject, nameStyles } from '@ecp/protocol'
import { z } from 'zod'
import { ServerError } from '../error.ts'

const client = z.strictObject({
  name: z.string().refine(isClientName),
  /** Absolute. */
  context: z.string().refine((path) => isAbsolute(path)),
  executor: z.string().min(1),
  inputs: z.custom<JsonObject>(isJsonObject),
  names: z.enum(nameStyles),
  /** sha-256 (hex) of the token. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
  expiresAt: z.number().optional(),
})
/** Who may connect with a token, of which only the hash is kept, and as what. */
export type TokenClient = Readonly<z.infer<typeof client>>

const form = z.strictObject({ format: z.literal(1), clients: z.array(client) })

export interface TokenClients {
  readonly clients: readonly TokenClient[]
  /** Of the file they were read from, see `stampOf`; nothing where there is none. */
  readonly stamp?: string
}

/** The file with the tokens of clients: beside the ledger, so that whoever shares the one shares the other. */
export const clientsFile = (ledger: string): string => join(dirname(ledger), 'clients.json')

/** Reads the clients. Throws `host.refused` for a file that is damaged, that cannot be read, or that others can read. */
export async function readClients(file: string): Promise<TokenClients> {
  const found = await readPrivate(file, 'the hashes of tokens')
  if (!found) return { clients: [] }
  const { text, stamp } = found
  const clients = parsed(text)
  if (clients) return { clients, stamp }
  throw new HostError(
    'host.refused',
    `\`${file}\` is damaged, or of another version of ecp; mend it, or delete it and add your clients again with \`ecp clients add\``,
  )
}

/** Adds a client. Throws `credentials.exists` when the name is taken: nobody's token ends by accident. */
export function addClient(file: string, added: TokenClient): Promise<void> {
  return locked(`${file}.lock`, async () => {
    const { clients } = await readClients(file)
    if (clients.some(({ name }) => name === added.name)) {
      const message = `client \`${added.name}\` is there already (\`${file}\`); take another name, or end it with \`ecp clients revoke\``
      throw new ServerError('credentials.exists', message)
    }
    await write(file, [...clients, added])
  })
}

/** Ends a client's token, in every process at once, and gives what it was. Throws `credentials.not-found`. */
export async function revokeClient(file: string, name: string): Promise<TokenClient> {
  const unknown = () => new ServerError('credentials.not-found', `there is no client \`${name}\` in \`${file}\``)
  // A file that is not there is not made for that.
  if (!(await readClients(file)).clients.some((one) => one.name === name)) throw unknown()
  return locked(`${file}.lock`, async () => {
    const { clients } = await readClients(file)
    const revoked = clients.find((one) => one.name === name)
    if (!revoked) throw unknown()
    await write(
      file,
      clients.filter((one) => one !== revoked),
    )
    return revoked
  })
}

function write(file: string, clients: readonly TokenClient[]): Promise<void> {
  return writePrivate(file, `${JSON.stringify({ format: 1, clients }, null, 2)}\n`)
}

function parsed(text: string): readonly TokenClient[] | undefined {
  try {
    const { success, data } = form.safeParse(JSON.parse(text))
    if (!success) return undefined
    const { clients } = data
    const isOnce = (key: 'name' | 'tokenHash') => new Set(clients.map((one) => one[key])).size === clients.length
    return isOnce('name') && isOnce('tokenHash') ? clients : undefined
  } catch {
    return undefined
  }
}
