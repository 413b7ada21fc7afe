import type { Host, Machine } from '@ecp/host'
import { nearest } from '@ecp/protocol'
import { ServerError } from '../error.ts'
import { refuseAmbiguousNames } from '../mcp/greeting.ts'
import { anonymousClient } from './anonymous.ts'
import type { Caller } from './caller.ts'
import type { Identity } from './identity.ts'
import { SwitchingHost } from './switching-host.ts'

export interface CallersOptions {
  /** The newest one. */
  machine(): Machine
  now(): number
  /** Whether a client has something open, such as a session. */
  isOpen(client: string): boolean
  /** What this client has open ends: its boundary is no more. */
  end(client: string): Promise<void>
  log(line: string): void
}

/** How long (ms) the boundary of a client that asks nothing is kept. */
const idleMs = 3_600_000

interface Known {
  readonly identity: Identity
  readonly switching: SwitchingHost
  usedAt: number
}

/** The boundaries of all who are connected: one for each client, opened when it first asks. */
export class Callers {
  readonly #options: CallersOptions
  readonly #known = new Map<string, Promise<Known>>()

  constructor(options: CallersOptions) {
    this.#options = options
  }

  /** Calls in flight, of all clients. */
  async calls(): Promise<number> {
    const known = await this.#all()
    return known.reduce((sum, { switching }) => sum + switching.calls, 0)
  }

  /** Throws `HostError` where what the client is bound to cannot be opened. */
  async of(identity: Identity): Promise<Caller> {
    const { client, principal, executor, names, generation } = identity
    const before = this.#known.get(client)
    if (before && (await before.catch(() => undefined))?.identity.generation !== generation) {
      if (this.#known.get(client) === before) await this.forget(client)
    }
    let opening = this.#known.get(client)
    if (!opening) {
      opening = this.#open(identity)
      this.#known.set(client, opening)
      // One that could not be opened is tried again by the next request.
      opening.catch(() => this.#known.get(client) === opening && this.#known.delete(client))
    }
    const known = await opening
    known.usedAt = this.#options.now()
    return { client, principal, executor, names, generation, host: known.switching.host }
  }

  /** Ends what a client has open, and its boundary: what it may do has changed, or is over. */
  async forget(client: string): Promise<void> {
    const known = this.#known.get(client)
    if (!known) return
    this.#known.delete(client)
    await this.#options.end(client)
    const opened = await known.catch(() => undefined)
    await opened?.switching.host.close()
  }

  /** Ends what clients have open that are not to be kept. */
  async keep(isKept: (identity: Identity) => boolean): Promise<void> {
    const over = (await this.#all()).filter(({ identity }) => identity.client !== anonymousClient && !isKept(identity))
    await Promise.all(over.map(({ identity }) => this.forget(identity.client)))
  }

  /**
   * Another machine is the newest: settles once everybody goes on at it. `over` settles when nothing is in flight at the older
   * one any more.
   */
  async moveTo(machine: Machine): Promise<{ readonly over: Promise<unknown> }> {
    const { now, log } = this.#options
    const moving = (await this.#all()).map(async ({ identity, switching }) => {
      try {
        return { over: switching.switchTo(await admitted(machine, identity), now) }
      } catch (cause) {
        log(`client ${identity.client} has no boundary under the new config: ${(cause as Error).message}`) // reason: admit throws only Errors
        await this.forget(identity.client)
        return { over: Promise.resolve() }
      }
    })
    const moved = await Promise.all(moving)
    return { over: Promise.all(moved.map(({ over }) => over)) }
  }

  /** Lets go of boundaries that nobody has used for long. */
  async sweep(): Promise<void> {
    const { now, isOpen } = this.#options
    for (const { identity, switching, usedAt } of await this.#all()) {
      const { client } = identity
      const isUsed = usedAt > now() - idleMs || switching.calls > 0 || switching.hasLeases(now()) || isOpen(client)
      if (!isUsed) await this.forget(client)
    }
  }

  async #open(identity: Identity): Promise<Known> {
    const { machine, now } = this.#options
    return { identity, switching: new SwitchingHost(await admitted(machine(), identity)), usedAt: now() }
  }

  async #all(): Promise<readonly Known[]> {
    const settled = await Promise.allSettled(this.#known.values())
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }
}

/** Throws `HostError` or `ServerError`. */
async function admitted(machine: Machine, identity: Identity): Promise<Host> {
  const { contextFile, inputs, client, principal, executor, names } = identity
  const host = await machine.admit({ contextFile, inputs, client, principal })
  try {
    if (!host.executors.includes(executor)) {
      const meant = nearest(executor, host.executors)
      const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`
      throw new ServerError('server.executor-unknown', `\`${contextFile}\` has no executor \`${executor}\`${hint}`)
    }
    refuseAmbiguousNames({ host, executor, names })
    return host
  } catch (cause) {
    await host.close()
    throw cause
  }
}
