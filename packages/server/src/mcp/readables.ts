import type { Session } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { nameOf } from './exposure.ts'
import type { FaceOptions } from './face-options.ts'
import { couldBeOf } from './uri-template.ts'

/** Of whom servers are asked, and until when. */
interface Asking {
  readonly signal: AbortSignal
  readonly session: Session
}

const keys = { resources: 'uri', resourceTemplates: 'uriTemplate' } as const

/** Resources, templates and prompts of an executor's servers, as its client sees them. */
export class Readables {
  readonly #options: FaceOptions
  readonly #reported = new Set<string>()

  constructor(options: FaceOptions) {
    this.#options = options
  }

  /** Prompts under their names here: `server__prompt`, or plain. */
  async prompts(asking: Asking): Promise<readonly JsonObject[]> {
    const { host, executor, names } = this.#options
    const offered = await host.offered(executor, 'prompts', asking)
    return offered.map(({ server, item }) => ({ ...item, name: nameOf(`${server}:${String(item.name)}`, names) }))
  }

  /** Resources or templates under their own URIs; one that two servers have is listed by neither. */
  async resources(what: keyof typeof keys, asking: Asking): Promise<readonly JsonObject[]> {
    const { host, executor } = this.#options
    const offered = await host.offered(executor, what, asking)
    const owners = new Map<unknown, Set<string>>()
    for (const { server, item } of offered) {
      const uri = item[keys[what]]
      owners.set(uri, (owners.get(uri) ?? new Set()).add(server))
    }
    return offered.flatMap(({ item }) => {
      const servers = owners.get(item[keys[what]])
      if (servers === undefined || servers.size === 1) return [item]
      this.#report(`\`${String(item[keys[what]])}\` is not listed: ${[...servers].join(' and ')} both have it`)
      return []
    })
  }

  /**
   * The target (`server:uri`) that a URI stands for, or the URI of a template: of the one server where this executor may
   * read it; of several, the one that lists it, or else has a template for it. What belongs to nobody, or still to more than
   * one, is a target too, that is decided and denied.
   */
  async target(uri: string, asking: Asking): Promise<string> {
    const { host, executor } = this.#options
    const reachable = host.reachableServers(executor)
    const allowed = reachable.filter((server) => host.mayRead(executor, 'resource.read', `${server}:${uri}`))
    if (allowed.length === 1) return `${allowed[0]}:${uri}`
    if (allowed.length === 0) return `${reachable.length === 1 ? reachable[0] : ''}:${uri}`
    const [resources, templates] = await Promise.all([
      host.offered(executor, 'resources', asking),
      host.offered(executor, 'resourceTemplates', asking),
    ])
    const listing = new Set(
      [...resources, ...templates].flatMap(({ server, item }) =>
        item.uri === uri || item.uriTemplate === uri ? [server] : [],
      ),
    )
    const fitting = templates.filter(({ item }) => couldBeOf(String(item.uriTemplate), uri)).map(({ server }) => server)
    const owners = [...(listing.size > 0 ? listing : new Set(fitting))].filter((server) => allowed.includes(server))
    const [owner] = owners
    if (owner !== undefined && owners.length === 1) return `${owner}:${uri}`
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
