import type { OfferedTool } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { type Exposure, expose } from './exposure.ts'
import type { FaceOptions } from './face-options.ts'
import { invalidCursor, pageSize } from './page.ts'

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

  /** Tools by name, so that a list that changes between two pages loses none that stayed. */
  page(cursor: unknown): JsonObject {
    const { tools } = this.exposure()
    const names = [...tools.keys()]
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    const from = after === undefined ? 0 : names.findIndex((name) => name > after)
    const page = from < 0 ? [] : names.slice(from, from + pageSize)
    const last = page.at(-1)
    const more = last !== undefined && last !== names.at(-1)
    return {
      tools: page.flatMap((name) => listed(name, tools.get(name))),
      ...(more ? { nextCursor: Buffer.from(last).toString('base64url') } : {}),
    }
  }
}

/** All that the server said of it, under the name that it has here; what is pinned, as it was pinned. */
function listed(name: string, tool: OfferedTool | undefined): JsonObject[] {
  return tool ? [{ ...tool.listed, ...tool.definition, name }] : []
}

function decodeCursor(cursor: unknown): string {
  const name = Buffer.from(String(cursor), 'base64url').toString()
  if (typeof cursor !== 'string' || Buffer.from(name).toString('base64url') !== cursor) throw invalidCursor()
  return name
}
