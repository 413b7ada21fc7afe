import { dirname } from 'node:path'
import { digestOf, type Ledger, sha256 } from '@ecp/ledger'
import type { HostLayer } from '@ecp/policy'
import { canonical, isJsonObject, ledgerChain, type PinnedTool, type ServerWiring } from '@ecp/protocol'
import { readDefinition } from './definition.ts'

/**
 * Names a server by how it is wired, not by its name alone: a ledger is shared by all projects of a user, and a server of
 * the same name with another command must not find itself pinned by this one's tools, nor pin them. Changing the
 * transport (a new version among the `args`, too) is a person's act and begins anew.
 */
export function wiringMark(layer: HostLayer, { transport }: ServerWiring): string {
  return digestOf({ folder: dirname(layer.document.file), transport: JSON.parse(JSON.stringify(transport)) }).slice(
    0,
    16,
  )
}

/** What of a ledger the pins need. */
export type PinsLedger = Pick<Ledger, 'pins' | 'blob' | 'records' | 'append'>

/** First-use pins of one ledger. In records a tool is named `server:tool@mark`; neither name can hold an `@`. */
export class LedgerPins {
  readonly #ledger: PinsLedger
  readonly #now: () => number
  /** `tool pinned observed` of changes that are on record, read when the first one is seen. */
  #changes: Set<string> | undefined

  constructor(ledger: PinsLedger, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  /** The pins of one server, by tool name. A pin that is damaged or names no blob is left out: its tool is unknown. */
  async of(server: string, mark: string): Promise<ReadonlyMap<string, PinnedTool>> {
    const pins = new Map<string, PinnedTool>()
    for (const [tool, blob] of await this.#ledger.pins()) {
      const [target = '', itsMark] = tool.split('@')
      if (itsMark !== mark || !target.startsWith(`${server}:`)) continue
      const name = target.slice(server.length + 1)
      const pinned = parsePin(this.#ledger.blob(blob), name, blob)
      if (pinned) pins.set(name, pinned)
    }
    return pins
  }

  async pin(server: string, mark: string, { definition }: PinnedTool): Promise<void> {
    const text = canonical(definition)
    const digest = sha256(text)
    const body = { tool: `${server}:${definition.name}@${mark}`, definition: digest, source: 'first-use' } as const
    await this.#ledger.append(ledgerChain, this.#now(), 'tool.pinned', body, new Map([[digest, text]]))
  }

  /** Puts on record, once for each pair of digests, that a tool is not what was pinned. */
  async changed(target: string, pinned: string, observed: string): Promise<void> {
    this.#changes ??= this.#recorded()
    const change = `${target} ${pinned} ${observed}`
    if (this.#changes.has(change)) return
    this.#changes.add(change)
    await this.#ledger.append(ledgerChain, this.#now(), 'tool.changed', { tool: target, pinned, observed })
  }

  #recorded(): Set<string> {
    const found = new Set<string>()
    for (const { record } of this.#ledger.records(ledgerChain)) {
      if (record.kind !== 'tool.changed') continue
      found.add(`${record.body.tool} ${record.body.pinned} ${record.body.observed}`)
    }
    return found
  }
}

function parsePin(text: string | undefined, name: string, blob: string): PinnedTool | undefined {
  if (text === undefined || sha256(text) !== blob) return undefined
  const value: unknown = JSON.parse(text)
  if (!isJsonObject(value) || value.name !== name) return undefined
  const { definition, digest } = readDefinition(value)
  return definition && { definition, digest }
}
