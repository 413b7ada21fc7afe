import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMachine } from '@ecp/host'
import { openSqliteLedger, type RunSummary } from '@ecp/ledger'
import type { JsonObject, LedgerRecord } from '@ecp/protocol'
import { expect } from 'vitest'
import { openDesk } from '../../../cli/test/desk.ts'
import { fixtureProgram } from '../../../host/test/fixture-program.ts'
import { type HttpFace, openAuthenticator, serveHttp } from '../../src/index.ts'
import { held } from '../api/description.ts'
import { witness } from '../gateway.ts'
import { keyText, signatureOf } from '../serve/receiver.ts'

export interface Plan {
  readonly triggers: readonly JsonObject[]
  /** What the one executor, a tool, calls of the witness server: `look`, `write`, or `wait`, which ends when it is cancelled. */
  readonly tool?: string
  readonly args?: JsonObject
  readonly inputs?: JsonObject
  readonly policies?: JsonObject
  /** What `gateway.runs.job` says besides its Context. */
  readonly run?: JsonObject
  readonly queue?: JsonObject
  readonly gateway?: JsonObject
  /** A second server, `news`, that announces what is written to `news.jsonl`; the ticker calls it, after all that it announced. */
  readonly news?: boolean
  /** A run `ticker` beside it, every minute: when it has run, the schedules before it were looked at. */
  readonly ticker?: boolean
}

type Log = string[]

/** A Context that triggers start, behind real gateways on one ledger, each of which can be stopped and started; and their clock. */
export class TriggeredDesk implements AsyncDisposable {
  readonly desk = openDesk()
  readonly log: Log = []
  /** What it is for the gateways, in milliseconds since the epoch. */
  clock = Date.now()
  readonly #open = new Set<HttpFace>()

  constructor(plan: Plan) {
    this.write(plan)
    this.desk.write('.env', `HOOK=${keyText}\n`)
  }

  write({
    triggers,
    tool = 'look',
    args = {},
    inputs,
    policies = {},
    run = {},
    queue,
    gateway = {},
    ticker = false,
    news = false,
  }: Plan): void {
    const server = witness(this.desk)
    if (news) this.desk.write('news.jsonl', '')
    const files = ['news.jsonl', 'news-heard.jsonl'].map((file) => join(this.desk.folder, file))
    const newsArgs = [fixtureProgram('news-server'), ...files]
    const context = (triggers: Plan['triggers'], tool: string) => ({
      specVersion: 'ecp/v0.5-draft',
      kind: 'Context',
      metadata: { name: 'triggered', version: '1.0.0' },
      ...(inputs ? { inputs } : {}),
      triggers,
      orchestration: { entrypoint: 'worker', strategy: 'single' },
      executors: [
        {
          name: 'worker',
          type: 'tool',
          tool: { call: tool, args },
          policies: { toolAccess: { default: 'deny', allow: ['witness:*', 'news:*'] }, ...policies },
        },
      ],
    })
    this.desk.write('context.json', JSON.stringify(context(triggers, `witness:${tool}`)))
    this.desk.write(
      'ticker.json',
      JSON.stringify(context([{ type: 'schedule', cron: '* * * * *' }], news ? 'news:look' : 'witness:look')),
    )
    this.desk.write(
      'host.json',
      JSON.stringify({
        version: '0.5',
        tools: {
          servers: {
            witness: { transport: { type: 'stdio', command: process.execPath, args: server.args } },
            news: { transport: { type: 'stdio', command: process.execPath, args: newsArgs } },
          },
        },
        gateway: {
          runs: {
            job: { context: 'context.json', ...run },
            ...(ticker ? { ticker: { context: 'ticker.json', overlap: true } } : {}),
          },
          ...(queue ? { runQueue: queue } : {}),
          ...gateway,
        },
        security: { tools: { allowServers: ['witness', 'news'] }, secrets: { allowProviders: ['dot.env'] } },
      }),
    )
  }

  /** Another gateway on the same ledger. Throws what it refuses. */
  async open(): Promise<HttpFace> {
    const { home, folder } = this.desk
    const log = (line: string) => void this.log.push(line)
    const now = () => this.clock
    const machine = await openMachine({
      cwd: folder,
      home,
      configFile: 'host.json',
      traceDir: 'ledger',
      env: { PATH: process.env.PATH },
      version: '0.0.0',
      now,
      onWarning: log,
    })
    const face = await serveHttp({
      machine,
      openAuthenticator: (on) => openAuthenticator({ machine: on, ledger: on.ledgerFile, now, log }),
      listen: '127.0.0.1:0',
      version: '0.0.0',
      operator: 'ada',
      // What goes on is cancelled at once: the clock of the gateways stands still.
      limits: { drainMs: 0 },
      runLooks: { scheduleMs: 5, carryMs: 10 },
      watchMs: 20,
      now,
      log,
    })
    this.#open.add(face)
    return face
  }

  async close(face: HttpFace): Promise<void> {
    this.#open.delete(face)
    await face.close()
  }

  /** Sends a signed message. The answer is one that the description of the API has. */
  async post(
    face: Pick<HttpFace, 'url'>,
    body: unknown,
    more: Message = {},
  ): Promise<{ status: number; body: JsonObject; headers: Headers }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const id = more.id ?? 'msg_1'
    const timestamp = more.timestamp ?? String(Math.floor(this.clock / 1_000))
    const signature = more.signature ?? signatureOf({ id, timestamp, body: text })
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    }
    for (const name of more.without ?? []) delete headers[name]
    const answer = await fetch(`${face.url}/v1/triggers/${more.path ?? 'job'}`, { method: 'POST', headers, body: text })
    const said = { status: answer.status, body: (await answer.json()) as JsonObject, headers: answer.headers }
    const type = answer.headers.get('content-type') ?? ''
    // What stands below a run's name is no path of its own in the description.
    expect(held('POST', `${face.url}/v1/triggers/job`, said.status, type, said.body).faults).toEqual([])
    return said
  }

  /** All runs that have ended, or all; the newest first. */
  runs(): readonly RunSummary[] {
    return this.#read((ledger) => ledger.allRuns({ limit: 1_000 }))
  }

  records(run: string): readonly LedgerRecord[] {
    return this.#read((ledger) => [...ledger.records(run)].map(({ record }) => record))
  }

  /** What the runs of one name came to, by the time that their schedule meant. */
  dues(name = 'job'): readonly string[] {
    return this.runs()
      .flatMap(({ start: { startedBy }, status }) =>
        startedBy?.trigger === 'schedule' && startedBy.run === name
          ? [`${new Date(startedBy.due).toISOString()} ${status}`]
          : [],
      )
      .toSorted()
  }

  /** Settles when the schedules of so many runs are known on the ledger: from then on the clock may be moved. */
  async watched(runs: number): Promise<void> {
    const known = () => this.records('').filter(({ kind }) => kind === 'schedule.watched').length
    await soon(known).toBe(runs)
  }

  /** How often the witness server heard of a tool. */
  heard(tool: string): number {
    return this.runs()
      .flatMap(({ run }) => this.records(run))
      .filter((one) => one.kind === 'action.decided' && one.body.action.target === `witness:${tool}`).length
  }

  /** Has a run end, as `ecp cancel` does. */
  async cancel(run: string): Promise<void> {
    const ledger = openSqliteLedger({ file: join(this.desk.folder, 'ledger', 'ledger.db') })
    await ledger.cancelRun({ run, at: this.clock, by: 'ada', isAlive: () => true })
    ledger.close()
  }

  /** The tools that the witness server was called for, in order. */
  witnessed(): readonly string[] {
    const file = join(this.desk.folder, 'heard.jsonl')
    if (!existsSync(file)) return []
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    return lines.flatMap((line) => {
      const { tool, cancelled } = JSON.parse(line) as { tool: string; cancelled?: boolean } // reason: our own fixture wrote it
      return cancelled ? [] : [tool]
    })
  }

  async #ended(): Promise<void> {
    await Promise.all([...this.#open].map((face) => face.close()))
  }

  #read<T>(read: (ledger: ReturnType<typeof openSqliteLedger>) => T): T {
    const ledger = openSqliteLedger({ file: join(this.desk.folder, 'ledger', 'ledger.db'), readOnly: true })
    try {
      return read(ledger)
    } finally {
      ledger.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ended()
    this.desk[Symbol.dispose]()
  }
}

export interface Message {
  readonly id?: string
  readonly timestamp?: string
  readonly signature?: string
  readonly without?: readonly string[]
  readonly path?: string
}

/** Waits until it holds. */
export function soon<T>(look: () => T) {
  return expect.poll(look, { timeout: 20_000, interval: 10 })
}
