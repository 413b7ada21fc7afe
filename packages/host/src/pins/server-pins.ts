import type { Lock, PinnedTool } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { RawTool } from '../servers/servers.ts'
import type { LedgerPins } from './ledger-pins.ts'
import { noDefinition, type Observation, observation } from './observed.ts'
import type { PinsOptions } from './pins.ts'
import { lockedPin } from './read-lock.ts'

interface ServerPinsOptions extends PinsOptions {
  readonly name: string
  /** See `wiringMark`. */
  readonly mark: string
  readonly ledgerPins: LedgerPins
  /** The lock beside the config that wired the server. Where it stands, it alone says what is known. */
  readonly lock?: Lock
  changed(): void
}

/** The pins of one server, compared with what it says. */
export class ServerPins {
  readonly #options: ServerPinsOptions
  #tools: ReadonlyMap<string, PinnedTool>
  #observing: Promise<void> | undefined
  /** Whether the last comparison could do all it had to. */
  #isComplete = false
  #reported = new Set<string>()
  #listed: ReadonlyMap<string, RawTool> = new Map()

  static async open(options: ServerPinsOptions): Promise<ServerPins> {
    const { name, mark, ledgerPins, lock } = options
    const locked = lock && Object.hasOwn(lock.servers, name) ? (lock.servers[name]?.tools ?? {}) : {}
    const pins = lock
      ? new Map(Object.entries(locked).map(([tool, entry]) => [tool, lockedPin(tool, entry)]))
      : await ledgerPins.of(name, mark)
    return new ServerPins(options, pins)
  }

  private constructor(options: ServerPinsOptions, tools: ReadonlyMap<string, PinnedTool>) {
    this.#options = options
    this.#tools = tools
  }

  get tools(): ReadonlyMap<string, PinnedTool> {
    return this.#tools
  }

  /** See `Pins.listed`. */
  listed(tool: string): RawTool | undefined {
    return this.#tools.get(tool)?.observed === undefined ? this.#listed.get(tool) : undefined
  }

  /** See `Pins.observe`. Those who ask while it runs get an answer that began after they asked, or the running one. */
  observe(): Promise<void> {
    const { servers, name } = this.#options
    if (!this.#observing && this.#isComplete && servers.isListCurrent(name)) return Promise.resolve()
    this.#observing ??= this.#observe().finally(() => {
      this.#observing = undefined
    })
    return this.#observing
  }

  async #observe(): Promise<void> {
    const { servers, name, redactor } = this.#options
    // A change that is announced while the list is on its way makes that list worthless; a server that announces without
    // end is left at the last list, which then does not count as current.
    for (let tries = 0; tries < 3; tries++) {
      let listed: readonly RawTool[]
      try {
        listed = redactor.json(await servers.tools(name))
      } catch (cause) {
        this.#unseen(cause)
        return
      }
      this.#listed = new Map(listed.map((tool) => [tool.name, tool]))
      await this.#compare(observation(listed))
      if (servers.isListCurrent(name)) return
    }
  }

  /** A server that does not start fails its calls by itself. One that runs and does not say what its tools are is not trusted. */
  #unseen(cause: unknown): void {
    const { message } = cause as Error // reason: servers throw only HostErrors
    this.#log('error', `the tools of \`${this.#options.name}\` could not be looked at: ${message}`)
    if (cause instanceof HostError && ['server.start-failed', 'server.unsupported'].includes(cause.code)) return
    this.#replace(new Map([...this.#tools].map(([tool, pinned]) => [tool, { ...pinned, observed: noDefinition }])))
  }

  async #compare(now: Observation): Promise<void> {
    const { name, ledgerPins } = this.#options
    for (const [tool, fault] of now.faults) this.#log('warn', `\`${name}:${tool}\` is not pinned: ${fault}`)
    const pins = await this.#withFirstUses(now)
    const next = new Map<string, PinnedTool>()
    for (const [tool, { definition, digest }] of pins) {
      const observed = now.digests.get(tool) ?? noDefinition
      next.set(tool, observed === digest ? { definition, digest } : { definition, digest, observed })
      if (observed === digest) continue
      this.#log('warn', `\`${name}:${tool}\` is not what was pinned (${digest}, now ${observed}): it is denied`)
      await ledgerPins.changed(`${name}:${tool}`, digest, observed).catch((error: Error) => {
        this.#log('error', `the change of \`${name}:${tool}\` could not be recorded: ${error.message}`)
      })
    }
    this.#replace(next)
  }

  /** The pins, and, where there is no lock, those of the tools that are seen for the first time. */
  async #withFirstUses(now: Observation): Promise<ReadonlyMap<string, PinnedTool>> {
    const { name, mark, ledgerPins, lock } = this.#options
    if (lock) {
      const unlocked = [...now.tools.keys()].filter((tool) => !this.#tools.has(tool))
      if (unlocked.length > 0) this.#log('warn', `not in the lock, so unknown: ${unlocked.slice(0, 20).join(', ')}`)
      this.#isComplete = true
      return this.#tools
    }
    this.#isComplete = false
    try {
      const pins = new Map(this.#tools)
      const isNew = [...now.tools].filter(([tool]) => !pins.has(tool))
      if (isNew.length === 0) {
        this.#isComplete = true
        return pins
      }
      // Another process may have been first since.
      for (const [tool, pinned] of await ledgerPins.of(name, mark)) if (!pins.has(tool)) pins.set(tool, pinned)
      await Promise.all(
        isNew.map(async ([tool, { definition, digest }]) => {
          if (pins.has(tool)) return
          await ledgerPins.pin(name, mark, { definition, digest })
          pins.set(tool, { definition, digest })
        }),
      )
      this.#isComplete = true
      return pins
    } catch (cause) {
      this.#log('error', `new tools of \`${name}\` could not be pinned: ${(cause as Error).message}`) // reason: ledgers throw only LedgerErrors
      return this.#tools
    }
  }

  #replace(next: ReadonlyMap<string, PinnedTool>): void {
    const isSame =
      next.size === this.#tools.size &&
      [...next].every(([tool, { digest, observed }]) => {
        const before = this.#tools.get(tool)
        return before?.digest === digest && before.observed === observed
      })
    if (isSame) return
    this.#tools = next
    this.#options.changed()
  }

  /** Says the same thing once. */
  #log(level: 'warn' | 'error', message: string): void {
    if (this.#reported.has(message) || this.#reported.size > 10_000) return
    this.#reported.add(message)
    this.#options.log({
      level,
      server: this.#options.name,
      event: 'tools-changed',
      message: this.#options.redactor.text(message),
    })
  }
}
