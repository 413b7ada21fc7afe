import { HostError } from '../error.ts'
import { backoff } from './backoff.ts'
import { type Connection, type ConnectionOptions, connect } from './connection.ts'
import { type Era, OnlyNew } from './handshake.ts'
import type { ServerLimits, ServerLogEntry } from './stdio-server.ts'

export interface SupervisedOptions extends Omit<ConnectionOptions, 'era'> {
  readonly limits: ServerLimits
  log(entry: ServerLogEntry): void
  now(): number
  random(): number
  /** The server said that its tools changed, or it is another process now. */
  onToolsChanged(): void
  /** It is connected, for the first time or again: what was asked of the last connection has to be asked anew. */
  onConnected(connection: Connection): void
}

const toolsChanged = 'notifications/tools/list_changed'

/**
 * Keeps one connection to a server for those who need it: makes it when first asked, once for all who ask at the same time,
 * and again after it ended, with a growing pause when that happens often. Repeats no request by itself.
 */
export class SupervisedServer {
  readonly #options: SupervisedOptions
  #starting: Promise<Connection> | undefined
  #current: Connection | undefined
  #starts = 0
  #changes = 0
  #listed = -1
  #failures = 0
  #notBefore = 0
  #lastFailure = ''
  #closed = false
  /** Old: it ended when it was asked for the revision 2026-07-28, as some old servers do. */
  #era: Era = 'unknown'

  constructor(options: SupervisedOptions) {
    this.#options = options
  }

  /** The open connection, made if there is none. Fails with `server.start-failed`: the server has heard of nothing then. */
  connection(): Promise<Connection> {
    if (this.#current?.isOpen()) return Promise.resolve(this.#current)
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** The connection, if there is an open one. */
  get current(): Connection | undefined {
    return this.#current?.isOpen() ? this.#current : undefined
  }

  /** Counts starts, ends and announced changes: a list that was asked for at another count may no longer hold. */
  get changes(): number {
    return this.#changes
  }

  /** The tools were listed, asked for at this count of {@link changes}. */
  listed(changes: number): void {
    this.#listed = changes
  }

  isListCurrent(): boolean {
    return this.#current?.isOpen() === true && this.#listed === this.#changes
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#current?.close()
    const started = await this.#starting?.catch(() => undefined)
    await started?.close()
  }

  async #start(): Promise<Connection> {
    const { name, now, limits, random } = this.#options
    await this.#current?.ended
    if (this.#closed) throw new HostError('server.start-failed', `server \`${name}\` is not started: closing`)
    const wait = this.#notBefore - now()
    if (wait > 0) {
      const text = `server \`${name}\` failed ${this.#failures} times and is not started again for ${seconds(wait)}`
      throw new HostError('server.start-failed', `${text}; the last time: ${this.#lastFailure}`)
    }
    try {
      const connection = await this.#connect()
      this.#opened(connection)
      return connection
    } catch (cause) {
      const { message } = cause as Error // reason: connect throws only HostErrors
      this.#failed(message, backoff(++this.#failures, limits, random))
      throw cause
    }
  }

  async #connect(): Promise<Connection> {
    try {
      return await this.#connectAs(this.#era)
    } catch (cause) {
      if (cause instanceof OnlyNew && !this.#closed) return this.#connectAgainAs('new')
      if (!(cause instanceof HostError && cause.code === 'server.exited')) throw cause
      if (this.#era !== 'unknown' || this.#closed) throw new HostError('server.start-failed', cause.message)
      // Perhaps it is one that ends when it is asked for a revision that it has not heard of.
      return this.#connectAgainAs('old')
    }
  }

  async #connectAgainAs(era: Era): Promise<Connection> {
    this.#era = era
    try {
      return await this.#connectAs(era)
    } catch (again) {
      this.#era = 'unknown'
      throw new HostError('server.start-failed', (again as Error).message) // reason: connect throws only HostErrors
    }
  }

  #connectAs(era: Era): Promise<Connection> {
    return connect({
      ...this.#options,
      era,
      onNotification: (method, params) => {
        if (method === toolsChanged) this.#toolsChanged()
        this.#options.onNotification(method, params)
      },
    })
  }

  #opened(connection: Connection): void {
    const { name, now, limits, random } = this.#options
    this.#current = connection
    this.#changes++
    this.#log('info', 'started', `server \`${name}\` started`)
    const since = now()
    void connection.ended.then((error) => {
      this.#changes++
      if (this.#closed) return
      if (now() - since >= limits.stableMs) this.#failures = 0
      // The first end after a good start costs no waiting: the next call may start it again at once.
      this.#failed(error.message, backoff(this.#failures++, limits, random))
    })
    this.#options.onConnected(connection)
    if (++this.#starts > 1) this.#options.onToolsChanged()
  }

  #toolsChanged(): void {
    this.#changes++
    this.#options.onToolsChanged()
  }

  #failed(message: string, pauseMs: number): void {
    this.#lastFailure = message
    this.#notBefore = this.#options.now() + pauseMs
    if (!this.#closed) this.#log('error', 'failed', message)
  }

  #log(level: 'info' | 'error', event: 'started' | 'failed', message: string): void {
    this.#options.log({ level, server: this.#options.name, event, message })
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
