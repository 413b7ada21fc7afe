import type { HostLayer, Policy } from '@ecp/policy'
import type { JsonObject } from '@ecp/protocol'
import { wiredServer } from './config/wired.ts'
import type { Host, Offered, Prospects } from './host.ts'
import type { Redactor } from './secrets/redactor.ts'
import type { CallOptions, Listing, ServerEvent, ServerFacts, Servers, Session } from './servers/servers.ts'
import type { ServerLogEntry } from './servers/stdio-server.ts'

export interface OffersOptions {
  readonly layers: readonly HostLayer[]
  readonly servers: Servers
  readonly redactor: Pick<Redactor, 'json' | 'text'>
  /** The servers that an executor can reach. */
  reachable(executor: string): readonly string[]
  readonly mayRead: Host['mayRead']
  log(entry: ServerLogEntry): void
}

type Asking = Pick<CallOptions, 'signal' | 'session'>

/** Which action reads what is listed, and which field of an item names it. */
const named: Readonly<Record<Listing, readonly ['resource.read' | 'prompt.get', string]>> = {
  resources: ['resource.read', 'uri'],
  resourceTemplates: ['resource.read', 'uriTemplate'],
  prompts: ['prompt.get', 'name'],
}

/** What an executor's servers have beside tools, as far as it may know of it. */
export class Offers {
  readonly #options: OffersOptions

  constructor(options: OffersOptions) {
    this.#options = options
  }

  /** See `Host.offered`. */
  async list(executor: string, what: Listing, asking: Asking): Promise<readonly Offered[]> {
    const { servers, redactor, mayRead } = this.#options
    const [kind, key] = named[what]
    const lists = await this.#ofEach(executor, async (server) => {
      const items = redactor.json(await servers.list(server, what, asking))
      return items.flatMap((item: JsonObject): Offered[] => {
        const name = item[key]
        return typeof name === 'string' && mayRead(executor, kind, `${server}:${name}`) ? [{ server, item }] : []
      })
    })
    return [...lists.values()].flat()
  }

  /** See `Host.about`. */
  async about(executor: string, asking: Asking): Promise<ReadonlyMap<string, ServerFacts>> {
    const { servers, redactor } = this.#options
    return this.#ofEach(executor, async (server) => {
      const { instructions, ...facts } = await servers.about(server, asking)
      const passed = instructions !== undefined && this.#passes(server, 'passInstructions')
      return passed ? { ...facts, instructions: redactor.text(instructions) } : facts
    })
  }

  /** See `Host.prospects`. */
  prospects(executor: string, policy: Policy): Prospects {
    const { resourceAccess } = policy.executors.get(executor)?.policies.value ?? {}
    const some = (key: 'passLogs' | 'passInstructions') =>
      this.#options.reachable(executor).some((server) => this.#passes(server, key))
    return {
      resources: (resourceAccess?.allow ?? []).length > 0,
      prompts: (resourceAccess?.prompts ?? []).length > 0,
      logs: some('passLogs'),
      instructions: some('passInstructions'),
    }
  }

  /** See `Host.onEvent`. */
  onEvent(executor: string, session: Session, listener: (event: ServerEvent) => void): () => void {
    const { servers, redactor } = this.#options
    const reachable = new Set(this.#options.reachable(executor))
    return servers.onEvent((event) => {
      if (!reachable.has(event.server) || !this.#concerns(event, session)) return
      listener({ ...event, params: redactor.json(event.params) })
    })
  }

  #concerns({ server, session: of, method, params }: ServerEvent, session: Session): boolean {
    if (of !== undefined && of !== session.id) return false
    switch (method) {
      case 'notifications/message':
        // On a shared connection nobody can tell whose call a line of the log is about.
        return of === session.id && this.#passes(server, 'passLogs')
      case 'notifications/resources/updated':
        return typeof params.uri === 'string' && this.#options.servers.isSubscribed(server, params.uri, { session })
      case 'notifications/resources/list_changed':
      case 'notifications/prompts/list_changed':
        return true
      default:
        // Tools are announced by what is pinned of them (`onToolsChanged`); the rest is for one client alone.
        return of === session.id
    }
  }

  #passes(server: string, key: 'passLogs' | 'passInstructions'): boolean {
    return wiredServer(this.#options.layers, server)?.wiring[key] === true
  }

  /** One answer for each server that gives one; why another gave none is in the log. */
  async #ofEach<T>(executor: string, ask: (server: string) => Promise<T>): Promise<ReadonlyMap<string, T>> {
    const answers = new Map<string, T>()
    const asked = this.#options.reachable(executor).map(async (server) => {
      try {
        return [server, await ask(server)] as const
      } catch (cause) {
        const message = this.#options.redactor.text((cause as Error).message) // reason: servers throw only HostErrors
        this.#options.log({ level: 'warn', server, event: 'failed', message })
        return undefined
      }
    })
    for (const answer of await Promise.all(asked)) if (answer) answers.set(...answer)
    return answers
  }
}
