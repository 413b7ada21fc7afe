import { setTimeout as wait } from 'node:timers/promises'
import type { Machine } from '@ecp/host'
import { createMcpEndpoint, type McpEndpoint } from '../mcp/mcp-endpoint.ts'
import type { Caller } from './caller.ts'
import { Callers } from './callers.ts'
import { FileWatch } from './file-watch.ts'
import { gatewaySettings } from './gateway-settings.ts'
import type { Identity } from './identity.ts'
import { type Standing, type StandingOptions, standingOn } from './standing.ts'

export interface ServingOptions extends StandingOptions {
  readonly version: string
  /** How long (ms) what is in flight may go on when everything ends. */
  readonly drainMs: number
  /** How often (ms) files are looked at for changes. */
  readonly watchMs?: number
  /** There is another {@link Serving.standing}. */
  onRenewed?(): void
  /** See `FaceOptions`. */
  console?(): string | undefined
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

const sweepMs = 60_000
const lookMs = 20

/**
 * All who are connected, and what they stand on. When a file behind it changes, the machine is renewed, and everybody goes on
 * at the new one, sessions and all; what has changed and cannot be used changes nothing.
 */
export class Serving {
  readonly endpoint: McpEndpoint
  readonly #options: ServingOptions
  readonly #callers: Callers
  readonly #watch: FileWatch
  readonly #sweep: NodeJS.Timeout
  /** Machines on which something is still in flight. */
  readonly #older = new Set<Machine>()
  readonly #works = new Map<Promise<unknown>, Machine>()
  #standing: Standing
  #unfollow: () => void
  #renewing: Promise<void> | undefined
  #isStopping = false

  constructor(first: Standing, options: ServingOptions) {
    const { version, log, now, console } = options
    this.#options = options
    this.#standing = first
    this.endpoint = createMcpEndpoint({ version, log, now, ...(console ? { console } : {}) })
    this.#callers = new Callers({
      machine: () => this.#standing.machine,
      now,
      isOpen: (client) => this.endpoint.isOpen(client),
      end: (client) => this.endpoint.revoke(client),
      log,
    })
    this.#unfollow = this.#follow(first)
    this.#watch = new FileWatch(
      () => this.#standing.machine.files(),
      () => void this.renew(),
      options.watchMs,
    )
    this.#sweep = setInterval(() => void this.#told(this.#callers.sweep()), sweepMs)
    this.#sweep.unref()
  }

  get standing(): Standing {
    return this.#standing
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** The boundary of a client. Throws `HostError` or `ServerError` where what it is bound to cannot be opened. */
  caller(identity: Identity): Promise<Caller> {
    return this.#callers.of(identity)
  }

  /** Something that goes through the newest machine and past all clients: the machine stays open until it is done. */
  async during<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
    const { machine } = this.#standing
    const working = work(machine)
    this.#works.set(working, machine)
    try {
      return await working
    } finally {
      this.#works.delete(working)
    }
  }

  /** Reads everything anew. Never throws: what cannot be used is told to the operator. */
  renew(): Promise<void> {
    const renewing = (this.#renewing ?? Promise.resolve()).then(() => this.#renew())
    this.#renewing = this.#told(renewing)
    return this.#renewing
  }

  /**
   * Takes nothing new from now on, lets what is in flight end within the bound, cancels what is left, and settles when what
   * came of everything is on record. Leases that are not settled are unknown. `breakOff`: cancels what is left of {@link during}.
   */
  async close(breakOff?: () => Promise<void>): Promise<void> {
    const { drainMs, now } = this.#options
    this.#isStopping = true
    this.#watch.close()
    clearInterval(this.#sweep)
    await this.#renewing
    const works = async () => (await this.#callers.calls()) + this.#works.size
    for (const until = now() + drainMs; (await works()) > 0 && now() < until; ) await wait(lookMs)
    await breakOff?.()
    await this.endpoint.close()
    this.#unfollow()
    const { machine, authenticator } = this.#standing
    await authenticator.close()
    await Promise.all([...this.#older].map((older) => older.close()))
    await machine.close()
  }

  async #renew(): Promise<void> {
    if (this.#isStopping) return
    const { log } = this.#options
    const before = this.#standing
    const next = await this.#next(before.machine).catch((cause: Error) => cause)
    if (next instanceof Error)
      return log(`what has changed cannot be used, and what held before still does: ${next.message}`)
    this.#standing = next
    this.#unfollow()
    this.#unfollow = this.#follow(next)
    this.#older.add(before.machine)
    await this.#callers.keep((identity) => next.authenticator.holds(identity))
    const { over } = await this.#callers.moveTo(next.machine)
    const done = over.then(() => this.#worked(before.machine))
    void this.#told(done.then(() => before.machine.close()).then(() => void this.#older.delete(before.machine)))
    log('what the config says has changed: from now on it is what is decided by')
    this.#options.onRenewed?.()
    this.#tellWhatIsNot(before, next)
    await before.authenticator.close()
  }

  /** Settles when nothing of {@link during} goes on there. */
  async #worked(machine: Machine): Promise<void> {
    await Promise.allSettled([...this.#works].filter(([, on]) => on === machine).map(([working]) => working))
  }

  /** What was read, and takes a restart. */
  #tellWhatIsNot(before: Standing, next: Standing): void {
    const [was, is] = [before, next].map(({ machine }) => gatewaySettings(machine).listen)
    if (was?.host === is?.host && was?.port === is?.port) return
    this.#options.log('`gateway.listen` has changed: to listen there takes a restart')
  }

  /** What goes on by itself, and what goes wrong with it is told to the operator. */
  #told(work: Promise<void>): Promise<void> {
    return work.catch((cause: Error) => this.#options.log(`something did not end as it should: ${cause.message}`))
  }

  async #next(before: Machine): Promise<Standing> {
    const { settings, authenticator } = this.#standing
    const machine = await before.renew(authenticator.contexts)
    try {
      return await standingOn(machine, { ...this.#options, listen: settings.listen })
    } catch (cause) {
      await machine.close()
      throw cause
    }
  }

  #follow({ authenticator }: Standing): () => void {
    return authenticator.onChanged((client) => void this.#told(this.#callers.forget(client)))
  }
}
