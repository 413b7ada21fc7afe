import type { OfferedTool } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { type Exposure, expose } from './exposure.ts'
import type { FaceOptions } from './face-options.ts'

/** What the client is shown now: recomputed when the catalogue changed, reported when a name had to be hidden. */
export class ShownTools {
  readonly #options: FaceOptions
  #exposure: Exposure | undefined
  #from: unknown
  readonly #known = new Set<string>()

  constructor(options: FaceOptions) {
    this.#options = options
  }

  exposure(): Exposure {
    const { host, executor, names, log } = this.#options
    const catalogue = host.catalogue()
    if (this.#exposure && this.#from === catalogue) return this.#exposure
    const exposure = expose(host.tools(executor), names)
    for (const target of exposure.hidden)
      log(`\`${target}\` is not listed: its name towards the client is over 128 characters`)
    for (const name of exposure.tools.keys()) this.#known.add(name)
    this.#exposure = exposure
    this.#from = catalogue
    return exposure
  }

  /**
   * Whether this client was ever offered a tool of this name. Asked after a call was decided: the first one may come
   * before the first tools/list, and a tool that has changed since it was offered is no secret.
   */
  knows(name: string): boolean {
    this.exposure()
    return this.#known.has(name)
  }

  /** A tool's schema, as it is shown. */
  schema(name: string, which: 'inputSchema' | 'outputSchema'): JsonObject | undefined {
    const schema = this.exposure().tools.get(name)?.definition[which]
    return isJsonObject(schema) ? schema : undefined
  }

  /** All by name, each with everything that the server said of it, under the name that it has here; what is pinned, as it was pinned. */
  list(): readonly JsonObject[] {
    const listed = ([name, { listed, definition }]: [string, OfferedTool]) => ({ ...listed, ...definition, name })
    return [...this.exposure().tools].map(listed)
  }
}
