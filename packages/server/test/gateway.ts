import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openSqliteLedger } from '@ecp/ledger'
import type { JsonObject, LedgerRecord } from '@ecp/protocol'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { compiled, type Desk, openDesk } from '../../cli/test/desk.ts'
import { program } from '../../cli/test/program.ts'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { Wire } from './wire.ts'

export { program }

/** A server's program with its arguments, and what else its wiring says. */
export interface Wired {
  readonly args: readonly string[]
  readonly wiring?: JsonObject
}

export const misbehaving = (mode: string, wiring: JsonObject = {}): Wired => ({
  args: [fixtureProgram('misbehaving-server'), mode],
  wiring,
})
/** The witness server; what it hears of is read with `witnessed`. */
export const witness = (desk: Desk, wiring: JsonObject = {}): Wired => ({
  args: [fixtureProgram('witness-server'), heardFile(desk)],
  wiring,
})
const heardFile = (desk: Desk) => join(desk.folder, 'heard.jsonl')

export interface Documents {
  readonly servers: Readonly<Record<string, Wired>>
  /** By executor name. */
  readonly policies: Readonly<Record<string, JsonObject>>
  readonly security?: JsonObject
  readonly more?: JsonObject
}

/** `ecp mcp` on a desk of its own: documents written, a ledger named, nothing started. */
export class Gateway implements Disposable {
  readonly desk = openDesk()
  readonly flags = ['--config', 'host.json', '--trace-dir', 'ledger']

  constructor(documents: (desk: Desk) => Documents) {
    const { servers, policies, security = {}, more = {} } = documents(this.desk)
    const wired = Object.entries(servers).map(([name, { args, wiring }]) => {
      const transport = { type: 'stdio', command: process.execPath, args, env: compiled }
      return [name, { transport, ...wiring }]
    })
    const config = {
      version: '0.5',
      // Nobody is there to answer for a held call.
      gateway: { approvals: { wait: '100ms' } },
      ...more,
      tools: { servers: Object.fromEntries(wired) },
      security: { tools: { allowServers: Object.keys(servers) }, ...security },
    }
    const executors = Object.entries(policies).map(([name, one]) => ({ name, type: 'agent', policies: one }))
    const context = {
      specVersion: 'ecp/v0.5-draft',
      kind: 'Context',
      metadata: { name: 'gateway', version: '1.0.0' },
      orchestration: { entrypoint: executors[0]?.name, strategy: 'single' },
      executors,
    }
    this.desk.write('host.json', JSON.stringify(config, null, 2))
    this.desk.write('context.json', JSON.stringify(context, null, 2))
  }

  args(executor: string, ...more: readonly string[]): string[] {
    return [program, 'mcp', '--context', 'context.json', '--executor', executor, ...this.flags, ...more]
  }

  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { HOME: this.desk.home, PATH: dirname(process.execPath), ...compiled, ...more }
  }

  /** A real client in front. */
  async connect(executor: string, ...more: readonly string[]): Promise<Client> {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const options = { args: this.args(executor, ...more), cwd: this.desk.folder, env: this.environment() }
    await client.connect(new StdioClientTransport({ command: process.execPath, stderr: 'ignore', ...options }))
    return client
  }

  /** The bare pipe, `initialize` done. */
  async wire(
    executor: string,
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    capabilities: JsonObject = {},
  ): Promise<Wire> {
    const options = { cwd: this.desk.folder, env: this.environment(env) }
    const wire = new Wire(process.execPath, this.args(executor, ...more), options)
    await wire.initialize(capabilities)
    return wire
  }

  /** What the witness server heard of, in order. */
  witnessed(): { readonly tool: string; readonly args?: JsonObject; readonly cancelled?: boolean }[] {
    if (!existsSync(heardFile(this.desk))) return []
    return readFileSync(heardFile(this.desk), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  /** Every record of every run. */
  records(): LedgerRecord[] {
    const ledger = openSqliteLedger({ file: join(this.desk.folder, 'ledger', 'ledger.db'), readOnly: true })
    try {
      return ledger.runs().flatMap(({ run }) => [...ledger.records(run)].map(({ record }) => record))
    } finally {
      ledger.close()
    }
  }

  /** Each action that was decided, with what came of it; `undefined` where the decision was all. */
  actions(): { readonly id: string; readonly target: string; readonly effect: string; readonly status?: string }[] {
    const records = this.records()
    const finished = new Map(
      records.flatMap((one) => (one.kind === 'action.finished' ? [[one.body.action, one.body.outcome.status]] : [])),
    )
    return records.flatMap((one) => {
      if (one.kind !== 'action.decided') return []
      const { action, decision } = one.body
      const status = finished.get(action.id)
      return [{ id: action.id, target: action.target, effect: decision.effect, ...(status ? { status } : {}) }]
    })
  }

  [Symbol.dispose](): void {
    this.desk[Symbol.dispose]()
  }
}

/** The facts of a refusal. */
export function facts(result: { readonly _meta?: unknown }): JsonObject {
  // reason: compared field by field by the tests
  return ((result._meta as Record<string, unknown> | undefined)?.['ecp/decision'] ?? {}) as JsonObject
}
