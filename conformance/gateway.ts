import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MachineOptions, redecideRecorded } from '@ecp/host'
import { openSqliteLedger, type Verification } from '@ecp/ledger'
import { type Catalogue, isJsonObject, type Json, type JsonObject, type LedgerRecord } from '@ecp/protocol'
import { parse, stringify } from 'yaml'
import { program } from '../packages/cli/test/program.ts'
import type { ToolsByServer } from './case.ts'
import { type Documents, hostLayers } from './documents.ts'
import { serverScript } from './server-script.ts'

/** A place before a gateway: who calls, as which executor of which Context. */
export interface Seat {
  readonly name: string
  readonly contextFile: string
  readonly executor: string
}

/** What of a host's configuration is not taken as the case says it. */
interface Written {
  readonly tools?: { readonly servers?: Record<string, JsonObject> }
  models?: { readonly providers?: JsonObject }
  security?: JsonObject
  gateway?: JsonObject
}

/** A call that reached a server. */
export interface Reached {
  readonly target: string
  readonly arguments: Json
}

export interface Held {
  readonly records: readonly LedgerRecord[]
  /** Actions whose target was pinned when they were decided. */
  readonly pinned: ReadonlySet<string>
  readonly verification: Verification
}

/**
 * What `ecp mcp` and `ecp serve` are made of, for the host layers of cases, with real servers behind and a ledger, in a folder of
 * its own; in this process, because starting one for every few cases would take most of the time.
 */
export abstract class Gateway {
  /** What opens this machine, as the command would. */
  protected readonly machine: MachineOptions
  readonly #isAboutModels: boolean
  readonly #folder = mkdtempSync(join(tmpdir(), 'ecp-conformance-'))

  /** `isAboutModels`: whether the host layers are to have no other models than they say. */
  constructor(host: Documents['host'], tools: ToolsByServer, isAboutModels: boolean) {
    mkdirSync(this.#path('home', '.ecp'), { recursive: true })
    mkdirSync(this.ledgerFolder, { mode: 0o700 })
    writeFileSync(this.#path('calls.log'), '')
    this.offer(tools)
    this.#isAboutModels = isAboutModels
    const outermost = hostLayers.find((layer) => host[layer] !== undefined)
    for (const layer of hostLayers) {
      const text = host[layer]
      if (text !== undefined) writeFileSync(this.#layerFile(layer), this.#withRealServers(text, layer === outermost))
    }
    this.machine = {
      cwd: this.folder,
      home: this.#path('home'),
      machineFile: this.#layerFile('machine'),
      ...(host.project === undefined ? {} : { configFile: this.#layerFile('project') }),
      traceDir: this.ledgerFolder,
      env: this.#environment,
      version: '0.0.0',
    }
  }

  /** Writes a Context for whoever is to call as one of its executors. */
  seat(name: string, context: string, executor: string): Seat {
    const contextFile = this.#path(`${name}.yaml`)
    writeFileSync(contextFile, context)
    return { name, contextFile, executor }
  }

  /** From the next start on the servers define these tools. */
  offer(tools: ToolsByServer): void {
    writeFileSync(this.#path('tools.json'), JSON.stringify(tools))
  }

  abstract start(): Promise<void>
  abstract stop(): Promise<void>
  /** For whom the ledger holds the calls from a seat. */
  abstract principalOf(seat: Seat): string

  /** What a call gives, and the calls that reached the servers meanwhile. */
  async watched<T>(call: () => Promise<T>): Promise<{ readonly told: T; readonly reached: readonly Reached[] }> {
    writeFileSync(this.#path('calls.log'), '')
    const told = await call()
    const lines = readFileSync(this.#path('calls.log'), 'utf8').split('\n').filter(Boolean)
    return { told, reached: lines.map((line) => JSON.parse(line) as Reached) } // reason: written by server.ts
  }

  /** The operator's stop switch, from another process. */
  freeze(): void {
    const args = [program, 'freeze', '--trace-dir', this.ledgerFolder]
    const options = { env: this.#environment, cwd: this.folder, encoding: 'utf8' } as const
    const { status, stderr } = spawnSync(process.execPath, args, options)
    if (status !== 0) throw new TypeError(`\`ecp freeze\` ended with ${status}: ${stderr}`)
  }

  /** What the ledger holds, once the gateway has stopped. */
  ledger(): Held {
    const ledger = openSqliteLedger({ file: join(this.ledgerFolder, 'ledger.db'), readOnly: true })
    try {
      const records = ledger.runs().flatMap(({ run }) => [...ledger.records(run)].map(({ record }) => record))
      const catalogues = new Map<string, Partial<Catalogue>>()
      const pinned = records.flatMap((record) => {
        if (record.kind !== 'action.decided') return []
        const { action, catalogue: digest } = record.body
        const catalogue = catalogues.get(digest) ?? (JSON.parse(ledger.blob(digest) ?? '{}') as Partial<Catalogue>) // reason: verify checks it
        catalogues.set(digest, catalogue)
        return Object.hasOwn(catalogue.tools ?? {}, action.target) ? [action.id] : []
      })
      return { records, pinned: new Set(pinned), verification: ledger.verify({ redecide: redecideRecorded }) }
    } finally {
      ledger.close()
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  protected get folder(): string {
    return this.#folder
  }

  protected get ledgerFolder(): string {
    return this.#path('ledger')
  }

  get #environment(): Record<string, string> {
    return { PATH: process.env.PATH ?? '', HOME: this.#path('home') }
  }

  #path(...parts: string[]): string {
    return join(this.#folder, ...parts)
  }

  #layerFile(layer: 'machine' | 'user' | 'project'): string {
    return layer === 'user' ? this.#path('home', '.ecp', 'config.yaml') : this.#path(`${layer}.yaml`)
  }

  /** What is not as the case says: where the servers' programs are. */
  #withRealServers(text: string, isOutermost: boolean): string {
    const document = parse(text) as Written // reason: printed by documents.ts
    // And that nobody is there to answer for a held call.
    if (isOutermost) document.gateway = { approvals: { wait: '1ms' } }
    // And a model for runs, where the case is not about models.
    if (isOutermost && !this.#isAboutModels) {
      const providers = {
        ...document.models?.providers,
        scripted: { defaultModel: 'm', config: { baseURL: 'http://127.0.0.1:9/v1' } },
      }
      document.models = { providers }
      document.security = {
        ...document.security,
        models: { allowProviders: ['scripted'], allowedModels: { scripted: ['m'] } },
      }
    }
    for (const [name, server] of Object.entries(document.tools?.servers ?? {})) {
      if (isJsonObject(server.transport) && server.transport.type === 'external') continue
      const args = [serverScript, this.#path('tools.json'), name, this.#path('calls.log')]
      Object.assign(server, {
        transport: { type: 'stdio', command: process.execPath, args },
      })
    }
    return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
  }
}
