import type { HostLayer } from '@ecp/policy'
import type { Catalogue, PinnedTool } from '@ecp/protocol'
import { lockFile } from '../config/trust.ts'
import { wiredNames } from '../config/wired.ts'
import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import type { RawTool, Servers } from '../servers/servers.ts'
import type { ServerLogEntry } from '../servers/stdio-server.ts'
import { externalPins } from './external.ts'
import { LedgerPins, type PinsLedger, wiringMark } from './ledger-pins.ts'
import { readLock } from './read-lock.ts'
import { ServerPins } from './server-pins.ts'

/** What the tools of the host's servers are: as a lock or their first use pinned them, and whether they still are. */
export interface Pins {
  /** Immutable; another object only when something changed. */
  catalogue(): Catalogue
  /**
   * Makes sure that this server's list of tools was looked at since it was last started or said that it changed: pins what
   * is new where there is no lock, and marks what is not as it was pinned. Starts the server if need be. Never throws:
   * what could not be looked at is unknown, or, where it was pinned and its server runs, counts as changed.
   */
  observe(server: string): Promise<void>
  /** All that the server last said of a tool whose definition is as it was pinned, redacted. */
  listed(server: string, tool: string): RawTool | undefined
  /** Called when the catalogue is another one. Returns how to stop listening. */
  onChange(listener: () => void): () => void
}

export interface PinsOptions {
  readonly layers: readonly HostLayer[]
  readonly ledger: PinsLedger
  readonly servers: Servers
  /** Definitions are redacted before their digests are taken: a server may say its secrets there, too. */
  readonly redactor: Pick<Redactor, 'text' | 'json'>
  /** Milliseconds since the epoch. */
  now(): number
  log(entry: ServerLogEntry): void
}

/**
 * Reads the pins of all wired servers: for each, those in the lock beside the config that wired it, if there is one,
 * otherwise those in the ledger; of an external server, what its wiring says. Starts nothing. Throws `host.document-invalid` for a lock that cannot be relied on.
 */
export async function openPins(options: PinsOptions): Promise<Pins> {
  const { layers, servers } = options
  const ledgerPins = new LedgerPins(options.ledger, options.now)
  const byServer = new Map<string, Pick<ServerPins, 'tools' | 'observe' | 'listed'>>()
  const listeners = new Set<() => void>()
  let catalogue: Catalogue | undefined
  const changed = () => {
    catalogue = undefined
    for (const listener of listeners) listener()
  }
  for (const [name, layer] of wiredNames(layers, ['server'])) {
    const wiring = layer.document.value.tools?.servers?.[name]
    if (!wiring) continue
    if (wiring.transport.type === 'external') {
      byServer.set(name, externalPins(name, wiring, options.log))
      continue
    }
    const lock = await readLock(lockFile(layer.document.file))
    const mark = wiringMark(layer, wiring)
    byServer.set(
      name,
      await ServerPins.open({ ...options, name, mark, ledgerPins, ...(lock ? { lock } : {}), changed }),
    )
  }

  servers.onToolsChanged((name) => void byServer.get(name)?.observe())
  servers.guardCalls(async (server, tool) => {
    const pins = byServer.get(server)
    await pins?.observe()
    const pinned = pins?.tools.get(tool)
    if (pinned && pinned.observed === undefined && servers.isListCurrent(server)) return
    const text = `server \`${server}\` was started anew or changed its tools, and \`${tool}\` is not what was decided about`
    throw new HostError('server.start-failed', text)
  })

  return {
    catalogue: () => {
      catalogue ??= joined(byServer)
      return catalogue
    },
    observe: async (server) => byServer.get(server)?.observe(),
    listed: (server, tool) => byServer.get(server)?.listed(tool),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function joined(byServer: ReadonlyMap<string, Pick<ServerPins, 'tools'>>): Catalogue {
  const tools: [string, PinnedTool][] = []
  for (const [server, pins] of byServer)
    for (const [name, pinned] of pins.tools) tools.push([`${server}:${name}`, pinned])
  return { tools: Object.fromEntries(tools.sort(([a], [b]) => (a < b ? -1 : 1))) }
}
