import type { JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import type { Connection } from './connection.ts'
import type { Link } from './link.ts'
import type { ServerEvent, Session } from './servers.ts'
import {
  type ServerBasics,
  type ServerLicence,
  type ServerLimits,
  type ServerLogEntry,
  silent,
} from './stdio-server.ts'
import { SupervisedServer } from './supervised-server.ts'

export interface KeepersOptions<S extends ServerBasics> {
  readonly server: S
  readonly redactor: Pick<Redactor, 'text' | 'json'>
  readonly limits: ServerLimits
  open(server: S): Promise<Link>
  log(entry: ServerLogEntry): void
  now(): number
  random(): number
  onToolsChanged(): void
  onEvent(event: ServerEvent): void
  /** `session`: whose connection it is; none for the shared one. */
  onConnected(connection: Connection, session?: string): void
}

/**
 * All connections to one server: a shared one, and, where the server may ask something back or its log is passed on, one
 * for each session, so that nothing of one client reaches another one.
 */
export class Keepers<S extends ServerBasics> {
  readonly #options: KeepersOptions<S>
  readonly #licence: ServerLicence
  readonly shared: SupervisedServer
  readonly #bySession = new Map<string, SupervisedServer>()

  constructor(options: KeepersOptions<S>) {
    this.#options = options
    this.#licence = options.server.licence ?? silent
    // What there is to be pinned may depend on what can be asked: it is looked at with all that the host allows, and asking
    // itself is refused there.
    this.shared = this.#keeper(this.#capabilities({ sampling: {}, elicitation: { form: {}, url: {} }, roots: {} }))
  }

  /** The one for a session; the shared one where there is no session, or nothing that has to be kept apart. */
  of(session: Session | undefined): SupervisedServer {
    if (session === undefined || !this.#isPersonal()) return this.shared
    const known = this.#bySession.get(session.id)
    if (known) return known
    const { server, limits } = this.#options
    if (this.#bySession.size >= limits.maxSessions) {
      const text = `server \`${server.name}\` has ${limits.maxSessions} sessions, each with a connection of its own`
      throw new HostError('server.start-failed', `${text}; there is none for another client`)
    }
    const keeper = this.#keeper(this.#capabilities(session.capabilities), session.id)
    this.#bySession.set(session.id, keeper)
    return keeper
  }

  all(): readonly SupervisedServer[] {
    return [this.shared, ...this.#bySession.values()]
  }

  async endSession(id: string): Promise<void> {
    const keeper = this.#bySession.get(id)
    this.#bySession.delete(id)
    await keeper?.close()
  }

  #isPersonal(): boolean {
    const { mayAsk, passLogs } = this.#licence
    return mayAsk.sampling || mayAsk.elicitation || mayAsk.roots || passLogs
  }

  /** What the client said that it can be asked, as far as the host lets this server ask. */
  #capabilities(declared: JsonObject): JsonObject {
    const { mayAsk } = this.#licence
    const kept = (['sampling', 'elicitation', 'roots'] as const).flatMap((name) => {
      const value = declared[name]
      return mayAsk[name] && value !== undefined ? [[name, value] as const] : []
    })
    return Object.fromEntries(kept)
  }

  #keeper(capabilities: JsonObject, session?: string): SupervisedServer {
    const { server, open, onEvent, onConnected, redactor, limits, log, now, random, onToolsChanged } = this.#options
    return new SupervisedServer({
      redactor,
      limits,
      log,
      now,
      random,
      onToolsChanged,
      name: server.name,
      startTimeoutMs: server.startTimeoutMs,
      isPersonal: session !== undefined,
      passLogs: this.#licence.passLogs,
      capabilities,
      open: () => open(server),
      onNotification: (method, params) =>
        onEvent({ server: server.name, method, params, ...(session === undefined ? {} : { session }) }),
      onConnected: (connection) => onConnected(connection, session),
    })
  }
}
