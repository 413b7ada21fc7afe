import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Host,
  type Machine,
  type MachineOptions,
  newRunId,
  openMachine,
  playRecording,
  redecideRecorded,
} from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import { type Json, type LedgerRecord, parseRecording, type Recording } from '@ecp/protocol'
import { onTestFinished } from 'vitest'
import { type RunEvent, type RunResult, runContext } from '../src/index.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

/** A folder with files behind the official filesystem server, as `files`, and a Context to be run on recorded model turns. */
export interface Stage {
  /** What the server may reach. */
  readonly data: string
  /** What is asked of people in it, and answered. */
  readonly ledgerFile: string
  file(name: string, text: string): string
  readonly contextFile: string
  readonly configFile: string
  run(options: StageRun): Promise<Played>
  /** Goes on with a run that is paused, in another machine. */
  resume(run: string, options: StageResume): Promise<Played>
}

export interface StageRun extends StageResume {
  /** The Context after its metadata, as YAML. */
  readonly context: string
  readonly inputs?: Readonly<Record<string, Json>>
}

export interface StageResume {
  /** The turns of the recording, as YAML; missing: the wired provider is asked. */
  readonly turns?: string
  readonly signal?: AbortSignal
  /** How long a person may take to answer. */
  readonly waitMs?: number
  onEvent?(event: RunEvent): void
}

export interface Played extends RunResult {
  readonly records: readonly LedgerRecord[]
  readonly faults: readonly unknown[]
  readonly events: readonly RunEvent[]
}

/** `more`: more of the config, as YAML: keys of `security` first, by two spaces. `provider`: where its models are. */
export function stage(more = '', provider = 'http://127.0.0.1:9/v1'): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-runtime-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  for (const part of ['data', 'home']) mkdirSync(join(folder, part))
  const transport = { type: 'stdio', command: process.execPath, args: [filesystem, data] }
  writeFileSync(
    join(folder, 'ecp.config.yaml'),
    `version: "0.5"
models: { providers: { local: { defaultModel: m, config: { baseURL: "${provider}" } } } }
tools: { servers: { files: { transport: ${JSON.stringify(transport)} } } }
security:
  models: { allowProviders: [local], defaultProviders: [local], allowedModels: { local: [m] } }
  tools: { allowServers: [files] }
${more}`,
  )
  const options = (turns: string | undefined): MachineOptions => {
    const recorded = turns === undefined ? undefined : recordingOf(turns)
    return {
      cwd: folder,
      home: join(folder, 'home'),
      machineFile: join(folder, 'no-machine-config'),
      configFile: join(folder, 'ecp.config.yaml'),
      traceDir: join(folder, 'ledger'),
      env: { PATH: process.env.PATH },
      version: '0.0.0',
      ...(recorded ? { models: () => playRecording(recorded, 'turns.yaml') } : {}),
    }
  }
  const play = async (
    id: string,
    { turns, signal, waitMs = 0, onEvent }: StageResume,
    open: (machine: Machine) => Promise<Host>,
  ): Promise<Played> => {
    const events: RunEvent[] = []
    const machine = await openMachine(options(turns))
    let result: RunResult
    try {
      const watch = (event: RunEvent) => {
        events.push(event)
        onEvent?.(event)
      }
      const host = await open(machine)
      result = await runContext({ host, run: id, onEvent: watch, waitMs, ...(signal ? { signal } : {}) })
    } finally {
      await machine.close()
    }
    const ledger = openSqliteLedger({ file: join(folder, 'ledger', 'ledger.db'), readOnly: true })
    try {
      const records = [...ledger.records(id)].map(({ record }) => record)
      return { ...result, records, faults: ledger.verify({ redecide: redecideRecorded }).faults, events }
    } finally {
      ledger.close()
    }
  }
  const contextFile = join(folder, 'context.yaml')
  const run = ({ context, inputs = {}, ...more }: StageRun): Promise<Played> => {
    writeFileSync(
      contextFile,
      `specVersion: ecp/v0.5-draft\nkind: Context\nmetadata: { name: staged, version: 1.0.0 }\n${context}`,
    )
    const id = newRunId(Date.now())
    const own = { client: 'ecp run', principal: 'tester', run: id }
    return play(id, more, (machine) => machine.admit({ contextFile, inputs, ...own }))
  }
  return {
    data,
    ledgerFile: join(folder, 'ledger', 'ledger.db'),
    file(name, text) {
      const path = join(data, name)
      writeFileSync(path, text)
      return path
    },
    contextFile,
    configFile: join(folder, 'ecp.config.yaml'),
    run,
    resume: (id, more) => play(id, more, (machine) => machine.resume({ run: id, by: 'tester' })),
  }
}

function recordingOf(turns: string): Recording {
  const { document, diagnostics } = parseRecording(`recording: ecp/v0.5\nturns:\n${turns}`, 'turns.yaml')
  if (!document) throw new TypeError(diagnostics.map(({ message }) => message).join('; '))
  return document.value
}

/** What was decided, in order of the keys: executor, kind, target, effect and key of each action. */
export function decided({ records }: Pick<Played, 'records'>): string[] {
  return records
    .flatMap((record) => {
      if (record.kind !== 'action.decided') return []
      const { action, decision } = record.body
      return [`${action.key} ${action.target} ${decision.effect}`]
    })
    .sort()
}
