import { join } from 'node:path'
import { isJsonObject } from '@ecp/protocol'
import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import { locked } from '../files/file-lock.ts'
import { absent, readPrivate, stampNow, writePrivate } from '../files/private-file.ts'

/** What signing in at one server has come to. */
export interface SignedIn {
  /** The address that the tokens are for: no other one gets them, whatever is wired under the name later. */
  readonly url: string
  readonly client?: StoredOAuthClientInformation
  /** What the client was registered with. */
  readonly redirectUrl?: string
  readonly tokens?: StoredOAuthTokens
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number
  /** The resource that the tokens are for, in the words of its metadata (RFC 8707). */
  readonly resource?: string
  /** Scopes that were missed: asked for the next time somebody signs in. */
  readonly missedScope?: string
}

/** By server name. One address for each: who signs in at another one is signed out at the first. */
type Records = Readonly<Record<string, SignedIn>>

/** Where tokens are kept, for one user. */
export const oauthFile = (home: string): string => join(home, '.ecp', 'oauth.json')

/**
 * Reads what is kept for a server at this address: whenever it is asked, and from the disk only when the file is another one than
 * the last time. Throws `host.refused` for a file that is damaged, or that others can read.
 */
export function signedInReader(home: string, name: string, url: string): () => Promise<SignedIn | undefined> {
  const file = oauthFile(home)
  let known: { readonly stamp: string; readonly records: Records } | undefined
  return async () => {
    const stamp = stampNow(file)
    if (stamp === absent) return undefined
    if (known?.stamp !== stamp) known = await readStamped(file)
    return known && recordOf(known.records, name, url)
  }
}

/** Every secret that is kept, for whichever server and address. None of a file that {@link signedInReader} refuses. */
export async function readTokens(
  home: string,
): Promise<readonly { readonly server: string; readonly token: string }[]> {
  const records = await read(oauthFile(home)).catch(() => ({}) as Records)
  return Object.entries(records).flatMap(([server, record]) => secretsOf(record).map((token) => ({ server, token })))
}

/** What of it must never be shown. */
export function secretsOf({ tokens, client }: SignedIn): readonly string[] {
  return [tokens?.access_token, tokens?.refresh_token, client?.client_secret].filter((one) => one !== undefined)
}

/**
 * Puts what `change` gives in the place of what is kept for a server (`undefined`: nothing), and gives it. Nobody else, in this
 * process or another one, reads in order to change meanwhile, so that a token that can be used once is used once. Who only
 * reads finds the old file or the new one.
 */
export function changeSignedIn(
  home: string,
  name: string,
  url: string,
  change: (record: SignedIn | undefined) => Promise<SignedIn | undefined>,
): Promise<SignedIn | undefined> {
  const file = oauthFile(home)
  return locked(`${file}.lock`, async () => {
    const records = await read(file)
    const mine = recordOf(records, name, url)
    const after = await change(mine)
    if (after !== mine) await write(file, { ...records, [name]: after })
    return after
  })
}

/** Forgets what is kept for a server, at whatever address. Gives what it was. */
export async function forgetSignedIn(home: string, name: string): Promise<SignedIn | undefined> {
  const file = oauthFile(home)
  if (!Object.hasOwn(await read(file), name)) return undefined
  return locked(`${file}.lock`, async () => {
    const { [name]: record, ...others } = await read(file)
    await write(file, others)
    return record
  })
}

function recordOf(records: Records, name: string, url: string): SignedIn | undefined {
  const record = Object.hasOwn(records, name) ? records[name] : undefined
  return record?.url === url ? record : undefined
}

async function read(file: string): Promise<Records> {
  return (await readStamped(file))?.records ?? {}
}

async function readStamped(file: string): Promise<{ readonly stamp: string; readonly records: Records } | undefined> {
  const found = await readPrivate(file, 'tokens')
  if (!found) return undefined
  const records = parsed(found.text)
  if (records) return { stamp: found.stamp, records }
  throw new HostError('host.refused', `\`${file}\` is damaged; delete it and sign in again with \`ecp login SERVER\``)
}

function write(file: string, records: Readonly<Record<string, SignedIn | undefined>>): Promise<void> {
  return writePrivate(file, `${JSON.stringify({ format: 1, servers: records }, null, 2)}\n`)
}

function parsed(text: string): Records | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value) || value.format !== 1 || !isJsonObject(value.servers)) return undefined
    const records = Object.values(value.servers)
    return records.every(isRecord) ? (value.servers as unknown as Records) : undefined // reason: looked at by isRecord
  } catch {
    return undefined
  }
}

function isRecord(record: unknown): boolean {
  if (!isJsonObject(record) || typeof record.url !== 'string') return false
  const { client, tokens, redirectUrl, resource, expiresAt, missedScope } = record
  const areTexts = [redirectUrl, resource, missedScope].every((text) => text === undefined || typeof text === 'string')
  const isClient = client === undefined || (isJsonObject(client) && typeof client.client_id === 'string')
  const areTokens =
    tokens === undefined ||
    (isJsonObject(tokens) && typeof tokens.access_token === 'string' && typeof tokens.issuer === 'string')
  return areTexts && isClient && areTokens && (expiresAt === undefined || typeof expiresAt === 'number')
}
