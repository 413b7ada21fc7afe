import type { ActionRequest, Host, ServerEvent, Session } from '@ecp/host'
import { isJsonObject } from '@ecp/protocol'
import { Work } from './work.ts'

type EventListener = (event: ServerEvent) => void

/** What has to be asked for again at another boundary. */
interface Watch {
  readonly executor: string
  readonly session: Session
  readonly listener: EventListener
  stop: () => void
}

/**
 * A client's boundary that outlives the machine behind it: when the config changes it goes on at another one, with the
 * sessions that stand on it. What is in flight ends where it began. INVARIANT: every decision is made by one machine, under
 * the config that this was opened with; after `switchTo` none is made under an older one.
 */
export class SwitchingHost {
  /** To be handed on: always the newest boundary. */
  readonly host: Host
  readonly #work = new Work()
  #now: Host
  readonly #toolListeners = new Map<() => void, () => void>()
  readonly #watches = new Set<Watch>()
  readonly #subscriptions = new Map<string, { readonly request: ActionRequest; readonly session: Session }>()
  readonly #logLevels = new Map<string, { readonly level: string; readonly session: Session }>()

  constructor(first: Host) {
    this.#now = first
    this.host = this.#face()
  }

  /** Calls that are in flight, at this boundary or an older one; leases do not count. */
  get calls(): number {
    return this.#work.calls
  }

  hasLeases(now: number): boolean {
    return this.#work.hasLeases(now)
  }

  /** From now on everything is asked there. Settles when nothing is in flight any more where it was asked before. */
  switchTo(next: Host, now: () => number): Promise<void> {
    const before = this.#now
    this.#now = next
    for (const [listener, stop] of this.#toolListeners) {
      stop()
      this.#toolListeners.set(listener, next.onToolsChanged(listener))
    }
    for (const watch of this.#watches) {
      watch.stop()
      watch.stop = next.onEvent(watch.executor, watch.session, watch.listener)
    }
    for (const { level, session } of this.#logLevels.values()) {
      next.setLogLevel(level, session).catch(() => undefined) // a server that is not there logs nothing
    }
    // Whether they may still be told of it is decided anew.
    for (const { request, session } of this.#subscriptions.values()) void next.gate.perform(request, { session })
    for (const listener of this.#toolListeners.keys()) listener()
    return this.#work.over(before, now)
  }

  #face(): Host {
    const now = () => this.#now
    const work = this.#work
    return {
      gate: {
        perform: async (request, options) => {
          const answer = await work.during(now(), (host) => host.gate.perform(request, options))
          if (options?.session && answer.outcome.status === 'completed') this.#remember(request, options.session)
          return answer
        },
        authorize: async (request) => {
          const host = now()
          const authorization = await work.during(host, () => host.gate.authorize(request))
          if (authorization.lease) work.leased(host, authorization.lease)
          return authorization
        },
        settle: (id, settlement) => work.settle(id, now(), settlement),
        evaluate: (request) => now().gate.evaluate(request),
        followUp: (taskId, request, options) => work.followUp(now(), taskId, request, options),
        close: () => now().gate.close(),
      },
      get ledger() {
        return now().ledger
      },
      get context() {
        return now().context
      },
      get manifest() {
        return now().manifest
      },
      get inputs() {
        return now().inputs
      },
      get client() {
        return now().client
      },
      get principal() {
        return now().principal
      },
      get approvalWaitMs() {
        return now().approvalWaitMs
      },
      get gatewayUrl() {
        return now().gatewayUrl
      },
      get executors() {
        return now().executors
      },
      get override() {
        return now().override
      },
      checkModel: (executor) => now().checkModel(executor),
      checkMemory: (executor) => now().checkMemory(executor),
      runsElsewhere: (executor) => now().runsElsewhere(executor),
      checkEndpoint: (executor) => now().checkEndpoint(executor),
      begin: (at) => now().begin(at),
      carriedMs: () => now().carriedMs(),
      note: (at, kind, body) => now().note(at, kind, body),
      model: (executor) => now().model(executor),
      catalogue: () => now().catalogue(),
      tools: (executor) => now().tools(executor),
      mayCall: (executor, target) => now().mayCall(executor, target),
      offered: (executor, what, asking) => now().offered(executor, what, asking),
      mayRead: (executor, kind, target) => now().mayRead(executor, kind, target),
      reachableServers: (executor) => now().reachableServers(executor),
      prospects: (executor) => now().prospects(executor),
      about: (executor, asking) => now().about(executor, asking),
      observe: (executor) => now().observe(executor),
      onToolsChanged: (listener) => {
        this.#toolListeners.set(listener, now().onToolsChanged(listener))
        return () => {
          this.#toolListeners.get(listener)?.()
          this.#toolListeners.delete(listener)
        }
      },
      onEvent: (executor, session, listener) => {
        const watch: Watch = { executor, session, listener, stop: now().onEvent(executor, session, listener) }
        this.#watches.add(watch)
        return () => {
          watch.stop()
          this.#watches.delete(watch)
        }
      },
      unsubscribe: (server, uri, session) => {
        this.#subscriptions.delete(subscriptionKey(session, `${server}:${uri}`))
        return now().unsubscribe(server, uri, session)
      },
      setLogLevel: (level, session) => {
        this.#logLevels.set(session.id, { level, session })
        return now().setLogLevel(level, session)
      },
      endSession: (session) => {
        this.#logLevels.delete(session.id)
        for (const [key, one] of this.#subscriptions) if (one.session.id === session.id) this.#subscriptions.delete(key)
        return now().endSession(session)
      },
      close: () => now().close(),
    }
  }

  #remember(request: ActionRequest, session: Session): void {
    const { kind, target, arguments: given } = request
    if (kind !== 'resource.read' || !isJsonObject(given) || given.subscribe !== true) return
    this.#subscriptions.set(subscriptionKey(session, target), { request, session })
  }
}

const subscriptionKey = (session: Session, target: string) => `${session.id}\n${target}`
