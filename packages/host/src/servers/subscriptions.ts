import type { Connection } from './connection.ts'

/** Who is told of updates of which resources of one server. Sessions by id; `''` where there is none. */
export class Subscriptions {
  readonly #byUri = new Map<string, Set<string>>()
  /** Open listen streams of 2026-07-28, by connection and URI. */
  readonly #streams = new WeakMap<Connection, Map<string, { close(): Promise<void> }>>()

  has(uri: string, session: string): boolean {
    return this.#byUri.get(uri)?.has(session) ?? false
  }

  add(uri: string, session: string): void {
    const sessions = this.#byUri.get(uri) ?? new Set()
    this.#byUri.set(uri, sessions.add(session))
  }

  /** True when nobody is left who is told of it. */
  remove(uri: string, session: string): boolean {
    const sessions = this.#byUri.get(uri)
    if (!sessions?.delete(session) || sessions.size > 0) return false
    return this.#byUri.delete(uri)
  }

  urisOf(session: string): readonly string[] {
    return [...this.#byUri].filter(([, sessions]) => sessions.has(session)).map(([uri]) => uri)
  }

  all(): readonly string[] {
    return [...this.#byUri.keys()]
  }

  /** Asks the server itself, in the words of its revision. */
  async open(connection: Connection, uri: string, timeoutMs: number): Promise<void> {
    const streams = this.#streams.get(connection) ?? new Map<string, { close(): Promise<void> }>()
    this.#streams.set(connection, streams)
    if (streams.has(uri)) return
    const stream = await connection.listen({ resourceSubscriptions: [uri] })
    if (stream) streams.set(uri, stream)
    else await connection.request({ method: 'resources/subscribe', params: { uri } }, { timeoutMs })
  }

  async close(connection: Connection, uri: string, timeoutMs: number): Promise<void> {
    const streams = this.#streams.get(connection)
    const stream = streams?.get(uri)
    streams?.delete(uri)
    if (stream) await stream.close()
    else await connection.request({ method: 'resources/unsubscribe', params: { uri } }, { timeoutMs })
  }
}
