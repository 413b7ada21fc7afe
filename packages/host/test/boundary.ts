import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ledger, openSqliteLedger } from '@ecp/ledger'
import type { LedgerRecord } from '@ecp/protocol'
import { onTestFinished } from 'vitest'
import { type Host, type HostOptions, openHost, redecideRecorded } from '../src/index.ts'
import { fixtureProgram } from './fixture-program.ts'

const witness = fixtureProgram('witness-server')

/** A folder with a config, a Context and the witness server behind them. */
export interface Boundary {
  readonly folder: string
  readonly config: string
  readonly context: string
  readonly ledgerFile: string
  /** What the server heard of, in order. */
  witnessed(): { readonly tool: string; readonly args?: { readonly n?: number }; readonly cancelled?: boolean }[]
  options(over?: Partial<HostOptions>): HostOptions
  open(over?: Partial<HostOptions>): Promise<Host>
  /** The ledger as it is on disk, for reading. */
  ledger(): Ledger
}

export interface Documents {
  /** The `policies` of executor `agent`, as YAML in flow style. */
  readonly policies?: string
  /** More keys of the server's wiring, as YAML lines of six spaces. */
  readonly wiring?: string
  /** More of the config, as YAML. */
  readonly more?: string
  /** The servers that are allowed, in place of the witness alone. */
  readonly servers?: readonly string[]
  /** The server's program, in place of the witness. */
  readonly program?: string
}

const open = '{ toolAccess: { default: deny, allow: ["witness:*"] } }'

export function boundary({
  policies = open,
  wiring = '',
  more = '',
  servers = ['witness'],
  program = witness,
}: Documents = {}): Boundary {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-boundary-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const heard = join(folder, 'heard.jsonl')
  const config = join(folder, 'ecp.config.yaml')
  const context = join(folder, 'context.yaml')
  mkdirSync(join(folder, 'home'))
  writeFileSync(
    config,
    `version: "0.5"
tools:
  servers:
    witness:
      transport: { type: stdio, command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(program)}, ${JSON.stringify(heard)}] }
${wiring}security:
  tools: { allowServers: [${servers.join(', ')}] }
${more}`,
  )
  writeFileSync(
    context,
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: boundary, version: 1.0.0 }
orchestration: { entrypoint: agent, strategy: single }
executors:
  - name: agent
    type: agent
    policies: ${policies}
`,
  )
  const options = (over: Partial<HostOptions> = {}): HostOptions => ({
    cwd: folder,
    home: join(folder, 'home'),
    machineFile: join(folder, 'no-machine-config'),
    configFile: config,
    contextFile: context,
    inputs: {},
    client: 'test',
    principal: 'tester',
    traceDir: join(folder, 'ledger'),
    env: { PATH: process.env.PATH },
    version: '0.0.0',
    ...over,
  })
  const ledgerFile = join(folder, 'ledger', 'ledger.db')
  return {
    folder,
    config,
    context,
    ledgerFile,
    options,
    open: (over) => openHost(options(over)),
    ledger: () => openSqliteLedger({ file: ledgerFile, readOnly: true }),
    witnessed: () =>
      existsSync(heard)
        ? readFileSync(heard, 'utf8')
            .trim()
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line))
        : [],
  }
}

/** Every record of every run. */
export function recordsOf(ledger: Ledger): LedgerRecord[] {
  return ledger.runs().flatMap(({ run }) => [...ledger.records(run)].map(({ record }) => record))
}

/** The faults that verify finds, every decision made again. */
export function faultsOf(ledger: Ledger) {
  return ledger.verify({ redecide: redecideRecorded }).faults
}

/** A call of the witness server's tool by executor `agent`. */
export function request(tool: string, n = 0, executor = 'agent') {
  return { kind: 'tool.call', target: `witness:${tool}`, arguments: { n }, executor, origin: 'gateway' } as const
}
