import { absent, stampNow } from '@ecp/host'
import type { Identity } from '../http/identity.ts'
import type { Changes } from './changes.ts'
import { readClients, type TokenClient } from './clients-file.ts'
import { identityOf } from './identity-of.ts'

export interface TokenClientsOptions {
  readonly file: string
  /** Names that another kind of client has, with the place: a token for one of them identifies nobody. */
  readonly reserved: ReadonlyMap<string, string>
  readonly changes: Changes
  now(): number
  log(message: string): void
}

export interface FoundClient {
  readonly identity: Identity
  readonly isOver: boolean
}

interface Known {
  readonly identity: Identity
  readonly expiresAt: number | undefined
}

/** How often a file that keeps changing is read again for one request. */
const mostReads = 5

/**
 * The clients of a file, as it is now: it is looked at before every answer, so that what one process revokes holds for the next
 * request in every other one. A file that cannot be read or understood identifies nobody.
 */
export class LiveTokenClients {
  readonly #options: TokenClientsOptions
  #stamp = absent
  #byHash: ReadonlyMap<string, Known> = new Map()
  #taken: readonly string[] = []
  #loading: Promise<void> | undefined
  /** Whose end was told, by generation. */
  #over = new Set<string>()

  constructor(options: TokenClientsOptions) {
    this.#options = options
  }

  /** Names in the file that another kind of client has. */
  get taken(): readonly string[] {
    return this.#taken
  }

  /** Whether no token of the file identifies anybody any more. */
  get isEmpty(): boolean {
    return ![...this.#byHash.values()].some((known) => !this.#isOver(known))
  }

  /** Who has the token with this hash (`tokenHash`), also when it is over. */
  async find(hash: string): Promise<FoundClient | undefined> {
    await this.refresh()
    // By the hash of what was sent, which nobody can steer: how long it takes says nothing about a token.
    const known = this.#byHash.get(hash)
    return known && { identity: known.identity, isOver: this.#isOver(known) }
  }

  /** Whether what was identified once would still be, as far as the file was read. */
  holds({ generation }: Identity): boolean {
    return [...this.#byHash.values()].some((known) => known.identity.generation === generation && !this.#isOver(known))
  }

  /** Reads the file again if it is another one than before, and tells what has changed or is over. Never throws. */
  async refresh(): Promise<void> {
    for (let reads = 0; reads < mostReads && stampNow(this.#options.file) !== this.#stamp; reads++) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined
      })
      await this.#loading
    }
    for (const known of this.#byHash.values()) {
      const { generation, client } = known.identity
      if (!this.#isOver(known) || this.#over.has(generation)) continue
      this.#over.add(generation)
      this.#options.changes.tell(client)
    }
  }

  #isOver({ expiresAt }: Known): boolean {
    return expiresAt !== undefined && expiresAt <= this.#options.now()
  }

  async #load(): Promise<void> {
    const { file, reserved, log } = this.#options
    const before = stampNow(file)
    try {
      const { clients, stamp = absent } = await readClients(file)
      const byHash = new Map(clients.map((client) => [client.tokenHash, knownOf(client)]))
      this.#taken = clients.map(({ name }) => name).filter((name) => reserved.has(name))
      for (const [hash, { identity }] of byHash) if (reserved.has(identity.client)) byHash.delete(hash)
      for (const name of this.#taken) {
        log(`client \`${name}\` of \`${file}\` identifies nobody: ${reserved.get(name)} has a client of that name`)
      }
      this.#become(byHash, stamp)
    } catch (cause) {
      log(`no client of it is identified: ${(cause as Error).message}`) // reason: only Errors are thrown on the way
      this.#taken = []
      this.#become(new Map(), before)
    }
  }

  #become(byHash: ReadonlyMap<string, Known>, stamp: string): void {
    const earlier = [...this.#byHash.values()]
    this.#byHash = byHash
    this.#stamp = stamp
    const now = new Set([...byHash.values()].map(({ identity }) => identity.generation))
    this.#over = new Set([...this.#over].filter((generation) => now.has(generation)))
    for (const { identity } of earlier) if (!now.has(identity.generation)) this.#options.changes.tell(identity.client)
  }
}

function knownOf(client: TokenClient): Known {
  const { name, context, executor, inputs, names, tokenHash, createdAt, expiresAt } = client
  const who = { client: name, principal: name, contextFile: context, executor, inputs, names }
  return { identity: identityOf(who, { tokenHash, createdAt, expiresAt: expiresAt ?? null }), expiresAt }
}
