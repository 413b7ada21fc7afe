import type { EventLog, Kept } from './event-log.ts'
import type { Sink } from './sink.ts'

/** How soon (ms) a client that is cut off should come back. */
const retryMs = 1_000

/** Events in their order, that outlive the responses which carry them (MCP 2025-11-25, transports, Resumability). */
export class EventStream {
  readonly id: number
  /** No more events will come. */
  isFinished = false
  readonly kept: Kept = { events: 0, lostUpTo: 0 }
  readonly #log: EventLog
  readonly #next: () => number
  #sink: Sink | undefined

  /** `next` numbers the events of a session. */
  constructor(id: number, log: EventLog, next: () => number) {
    this.id = id
    this.#log = log
    this.#next = next
  }

  get isOpen(): boolean {
    return this.#sink !== undefined
  }

  /** Sends it to whoever listens, and keeps it for whoever comes back. */
  push(message: string): void {
    const seq = this.#next()
    this.#log.add(this.kept, seq, message)
    this.#sink?.write(this.#event(seq, message))
  }

  finish(): void {
    this.isFinished = true
    this.#sink?.close()
    this.#sink = undefined
  }

  /** From now on events go there. An empty first one says from where to go on; clients from 2025-11-25 on know of it. */
  open(sink: Sink, isPrimed: boolean): void {
    this.#sink?.close()
    this.#sink = sink
    if (isPrimed) sink.write(`id: ${this.id}-${this.#next()}\nretry: ${retryMs}\ndata: \n\n`)
  }

  /** Goes on after an event. False, and nothing is sent, when events that came after it are lost. */
  resume(sink: Sink, after: number): boolean {
    // Of what came without being asked for, what is still there is better than nothing.
    const events = this.#log.after(this.kept, this.id === 0 ? Math.max(after, this.kept.lostUpTo) : after)
    if (!events) return false
    this.open(sink, false)
    for (const { seq, text } of events) sink.write(this.#event(seq, text))
    if (this.isFinished) this.finish()
    return true
  }

  /** Whoever listened is gone. */
  left(sink: Sink): void {
    if (this.#sink === sink) this.#sink = undefined
  }

  #event(seq: number, message: string): string {
    return `event: message\nid: ${this.id}-${seq}\ndata: ${message}\n\n`
  }
}
