import type { LedgerChanges } from '@ecp/ledger'
import type { OperatorEvents, OperatorState } from '@ecp/protocol'
import { LedgerWatch } from './ledger-watch.ts'
import type { OperatorDesk } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import type { OperatorSession, OperatorSessions } from './sessions.ts'
import { movingState } from './state.ts'

const mostStreams = 32
const mostOfOneSession = 8
const heartbeatMs = 15_000
/** What was not taken by then (chunks) is not kept for a page that does not read: it comes again and reads anew. */
const mostUnread = 256
/** The state is read at most so often (ms): it counts what is open. */
const stateMs = 500

interface Stream {
  readonly session: OperatorSession
  send<K extends keyof OperatorEvents>(event: K, data: OperatorEvents[K]): void
  beat(): void
  end(): void
}

/** Tells pages what changes, in this process and in others on the same ledger (WHATWG HTML, 9.2). */
export class OperatorEventStreams {
  readonly #desk: OperatorDesk
  readonly #sessions: OperatorSessions
  readonly #watch: LedgerWatch
  readonly #streams = new Set<Stream>()
  readonly #heartbeat: NodeJS.Timeout
  #unwatch: (() => void) | undefined
  #stateTimer: NodeJS.Timeout | undefined
  #said = ''

  constructor(desk: OperatorDesk, sessions: OperatorSessions) {
    this.#desk = desk
    this.#sessions = sessions
    this.#watch = new LedgerWatch(() => desk.machine().ledger)
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs)
    this.#heartbeat.unref()
  }

  /** A stream for as long as the session lasts. Throws `operator.too-many-streams`. */
  async open(session: OperatorSession): Promise<Response> {
    const own = [...this.#streams].filter((stream) => stream.session === session)
    if (this.#streams.size >= mostStreams || own.length >= mostOfOneSession) {
      const message = 'too many pages listen already; close one of them'
      throw new OperatorError(429, 'operator.too-many-streams', message, { 'retry-after': '5' })
    }
    // Watched from before the state is read: nothing that comes between is missed.
    const body = this.#streamOf(session)
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const stream of this.#streams) stream.end()
  }

  #streamOf(session: OperatorSession): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let stream: Stream | undefined
    return new ReadableStream<Uint8Array>({
      start: async (controller) => {
        const write = (text: string) => {
          if ((controller.desiredSize ?? 0) < -mostUnread) opened.end()
          else controller.enqueue(encoder.encode(text))
        }
        const ended = () => opened.end()
        const opened: Stream = {
          session,
          send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
          beat: () => write(':\n\n'),
          end: () => {
            session.over.removeEventListener('abort', ended)
            if (!this.#streams.delete(opened)) return
            this.#stopWhereNobodyListens()
            controller.close()
          },
        }
        stream = opened
        this.#streams.add(opened)
        this.#unwatch ??= this.#watch.on((changes) => this.#tell(changes))
        session.over.addEventListener('abort', ended, { once: true })
        if (session.over.aborted) return ended()
        const state = await this.#state()
        if (state && this.#streams.has(opened)) opened.send('state', state)
      },
      cancel: () => {
        if (stream && this.#streams.delete(stream)) this.#stopWhereNobodyListens()
      },
    })
  }

  #tell({ approvals, runs, switched, more }: LedgerChanges): void {
    for (const stream of this.#streams) {
      if (approvals.length > 0 || more) stream.send('approval', { approvals, more })
      if (runs.length > 0 || more) stream.send('run', { runs, more })
    }
    if (switched || more || approvals.length > 0) this.#tellStateSoon(switched ? 0 : stateMs)
  }

  #beat(): void {
    for (const stream of this.#streams) {
      stream.beat()
      this.#sessions.touch(stream.session)
    }
    // Approvals expire by time alone.
    if (this.#streams.size > 0) this.#tellStateSoon(0)
  }

  #tellStateSoon(afterMs: number): void {
    if (afterMs === 0) clearTimeout(this.#stateTimer)
    else if (this.#stateTimer) return
    this.#stateTimer = setTimeout(async () => {
      this.#stateTimer = undefined
      const state = await this.#state()
      const text = JSON.stringify(state)
      if (!state || text === this.#said) return
      this.#said = text
      for (const stream of this.#streams) stream.send('state', state)
    }, afterMs)
    this.#stateTimer.unref()
  }

  async #state(): Promise<Pick<OperatorState, 'frozen' | 'open'> | undefined> {
    const { machine, now } = this.#desk
    // A ledger that cannot be read now is asked again with the next change.
    return movingState(machine(), now()).catch(() => undefined)
  }

  #stopWhereNobodyListens(): void {
    if (this.#streams.size > 0) return
    this.#unwatch?.()
    this.#unwatch = undefined
    clearTimeout(this.#stateTimer)
    this.#stateTimer = undefined
    this.#said = ''
  }
}
