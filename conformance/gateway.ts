import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redecideRecorded } from '@ecp/host'
import { openSqliteLedger, type Verification } from '@ecp/ledger'
import { type Catalogue, isJsonObject, type Json, type JsonObject, type LedgerRecord } from '@ecp/protocol'
import { parse, stringify } from 'yaml'
import type { ToolsByServer } from './case.ts'
import { type Documents, hostLayers } from './documents.ts'

const ecp = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'ecp.js')
// Starting a process costs half as much where what it loads is kept compiled.
const compiled = join(import.meta.dirname, '..', 'node_modules', '.cache', 'ecp-conformance')
const serverScript = join(import.meta.dirname, 'server.ts')

/** What a client got for a call. */
export interface Reply {
  readonly isError: boolean
  readonly facts?: { readonly effect: string; readonly codes: readonly string[]; readonly actionId: string }
  /** The calls that reached the servers meanwhile. */
  readonly reached: readonly { readonly target: string; readonly arguments: Json }[]
}

interface Held {
  readonly records: readonly LedgerRecord[]
  /** Actions whose target was pinned when they were decided. */
  readonly pinned: ReadonlySet<string>
  readonly verification: Verification
}

/**
 * A face of `ecp`, as a process of its own, for the documents of a case, with real servers behind and a ledger, in a folder of
 * its own.
 */
export abstract class Gateway {
  /** Of the command: which Context and executor, config and ledger. */
  protected readonly flags: readonly string[]
  readonly #folder = mkdtempSync(join(tmpdir(), 'ecp-conformance-'))

  constructor(documents: Documents, executor: string, tools: ToolsByServer) {
    mkdirSync(this.#path('home', '.ecp'), { recursive: true })
    writeFileSync(this.#path('context.yaml'), documents.context)
    writeFileSync(this.#path('calls.log'), '')
    this.offer(tools)
    const outermost = hostLayers.find((layer) => documents.host[layer] !== undefined)
    for (const layer of hostLayers) {
      const text = documents.host[layer]
      if (text !== undefined) writeFileSync(this.#layerFile(layer), this.#withRealServers(text, layer === outermost))
    }
    const config = documents.host.project === undefined ? [] : ['--config', this.#layerFile('project')]
    this.flags = ['--context', this.#path('context.yaml'), '--executor', executor, ...config, ...this.#ledgerFlag]
  }

  /** From the next start on the servers define these tools. */
  offer(tools: ToolsByServer): void {
    writeFileSync(this.#path('tools.json'), JSON.stringify(tools))
  }

  abstract start(): Promise<void>
  abstract stop(): Promise<void>
  /** Whether the client is shown a tool. */
  abstract shows(target: string): boolean
  abstract call(target: string, args: Json): Promise<Reply>

  /** The operator's stop switch, from another process. */
  freeze(): void {
    const [command, ...args] = this.command(['freeze', ...this.#ledgerFlag])
    const { status, stderr } = spawnSync(command, args, { env: this.environment, cwd: this.folder, encoding: 'utf8' })
    if (status !== 0) throw new TypeError(`\`ecp freeze\` ended with ${status}: ${stderr}`)
  }

  /** What the ledger holds once the gateway has stopped: the one run that there was. */
  ledger(): Held {
    const ledger = openSqliteLedger({ file: this.#path('ledger', 'ledger.db'), readOnly: true })
    try {
      const records = ledger.runs().flatMap(({ run }) => [...ledger.records(run)].map(({ record }) => record))
      const pinned = records.flatMap((record) => {
        if (record.kind !== 'action.decided') return []
        const { action, catalogue } = record.body
        const { tools } = JSON.parse(ledger.blob(catalogue) ?? '{}') as Partial<Catalogue> // reason: verify checks it
        return Object.hasOwn(tools ?? {}, action.target) ? [action.id] : []
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

  get #ledgerFlag(): readonly string[] {
    return ['--trace-dir', this.#path('ledger')]
  }

  protected get environment(): Record<string, string> {
    return { PATH: process.env.PATH ?? '', HOME: this.#path('home'), NODE_COMPILE_CACHE: compiled }
  }

  protected command(args: readonly string[]): [string, ...string[]] {
    return [process.execPath, '--disable-warning=ExperimentalWarning', ecp, ...args]
  }

  #path(...parts: string[]): string {
    return join(this.#folder, ...parts)
  }

  #layerFile(layer: 'machine' | 'user' | 'project'): string {
    if (layer === 'machine') throw new TypeError('the machine layer has one place only, which is not a test’s to write')
    return layer === 'user' ? this.#path('home', '.ecp', 'config.yaml') : this.#path('project.yaml')
  }

  /** What is not as the case says: where the servers' programs are. */
  #withRealServers(text: string, isOutermost: boolean): string {
    const document = parse(text) as { tools?: { servers?: Record<string, JsonObject> }; gateway?: JsonObject } // reason: printed by documents.ts
    // And that nobody is there to answer for a held call.
    if (isOutermost) document.gateway = { approvals: { wait: '1ms' } }
    for (const [name, server] of Object.entries(document.tools?.servers ?? {})) {
      if (isJsonObject(server.transport) && server.transport.type === 'external') continue
      const args = [serverScript, this.#path('tools.json'), name, this.#path('calls.log')]
      Object.assign(server, {
        transport: { type: 'stdio', command: process.execPath, args, env: { NODE_COMPILE_CACHE: compiled } },
      })
    }
    return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
  }

  /** The calls that have reached the servers so far. */
  protected calls(): Reply['reached'] {
    if (!existsSync(this.#path('calls.log'))) return []
    const lines = readFileSync(this.#path('calls.log'), 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => JSON.parse(line) as Reply['reached'][number]) // reason: written by server.ts
  }
}
