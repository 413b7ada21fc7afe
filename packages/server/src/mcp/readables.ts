import type { Session } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { nameOf } from './exposure.ts'
import type { FaceOptions } from './face-options.ts'

/** Resources, templates and prompts of an executor's servers, as its client sees them. */
export class Readables {
  readonly #options: FaceOptions
  #reported = new Set<string>()

  constructor(options: FaceOptions) {
    this.#options = options
  }

  /** Prompts under their names here: `server__prompt`, or plain. */
  async prompts(signal: AbortSignal, session: Session): Promise<readonly JsonObject[]> {
    const { host, executor, names } = this.#options
    const offered = await host.offered(executor, 'prompts', { signal, session })
    return offered.map(({ server, item }) => ({ ...item, name: nameOf(`${server}:${String(item.name)}`, names) }))
  }

  /** Resources or templates under their own URIs; one that two servers have is listed by neither. */
  async resources(
    what: 'resources' | 'resourceTemplates',
    signal: AbortSignal,
    session: Session,
  ): Promise<readonly JsonObject[]> {
    const { host, executor } = this.#options
    const key = what === 'resources' ? 'uri' : 'uriTemplate'
    const offered = await host.offered(executor, what, { signal, session })
    const owners = new Map<unknown, Set<string>>()
    for (const { server, item } of offered) owners.set(item[key], (owners.get(item[key]) ?? new Set()).add(server))
    return offered.flatMap(({ item }) => {
      const servers = owners.get(item[key])
      if (servers === undefined || servers.size === 1) return [item]
      this.#report(`\`${String(item[key])}\` is not listed: ${[...servers].join(' and ')} both have it`)
      return []
    })
  }

  /**
   * The target (`server:uri`) that a URI stands for: of the one server whose resources of this name may be read, or, of
   * several, the one that lists it. What belongs to nobody is a target too, that is decided and denied.
   */
  async target(uri: string, signal: AbortSignal, session: Session): Promise<string> {
    const { host, executor } = this.#options
    const reachable = host.reachableServers(executor)
    const allowed = reachable.filter((server) => host.mayRead(executor, 'resource.read', `${server}:${uri}`))
    if (allowed.length === 1) return `${allowed[0]}:${uri}`
    if (allowed.length === 0) return `${reachable.length === 1 ? reachable[0] : ''}:${uri}`
    const offered = await host.offered(executor, 'resources', { signal, session })
    const listing = new Set(offered.flatMap(({ server, item }) => (item.uri === uri ? [server] : [])))
    const [owner] = listing
    if (owner !== undefined && listing.size === 1) return `${owner}:${uri}`
    this.#report(`\`${uri}\` is not read: ${allowed.join(' and ')} could both have it`)
    return `:${uri}`
  }

  /** Says the same thing once. */
  #report(line: string): void {
    if (this.#reported.has(line) || this.#reported.size > 1_000) return
    this.#reported.add(line)
    this.#options.log(line)
  }
}
