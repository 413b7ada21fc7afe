import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newRunId } from '@ecp/host'
import { onTestFinished } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import type { RunResult } from '../src/index.ts'

const carrier = fixtureProgram('carry-run')
const witness = fixtureProgram('witness-server')

/** What a process that carries a run is told. */
export interface Journey {
  readonly folder: {
    readonly cwd: string
    readonly home: string
    readonly machineFile: string
    readonly configFile: string
    readonly contextFile: string
    readonly traceDir: string
  }
  readonly run: string
  readonly resumes: boolean
  /** At which step it kills itself; 0: it does not. How long (ms) after it. */
  readonly deadlyStep: number
  readonly delayMs: number
  /** The file that it writes down in which turns it asked a model. */
  readonly asked: string
}

/** One run, carried by several processes one after the other, and the server behind it. */
export interface Road {
  readonly run: string
  readonly ledgerFile: string
  /** The result; undefined where the process was killed. */
  carry(part: Pick<Journey, 'resumes' | 'deadlyStep' | 'delayMs'>): Promise<RunResult | undefined>
  /** How often the server has heard of each call. */
  heard(): ReadonlyMap<string, number>
  /** How often a model was asked for each turn. */
  asked(): ReadonlyMap<string, number>
}

const agents = ['ada', 'bob', 'cleo', 'dora']
const mounts = ['left', 'right']
const agent = (name: string) => `
  - name: ${name}
    type: agent
    instructions: Call, and tell.
    policies: { toolAccess: { default: deny, allow: ["witness:*"] } }
    mounts: [${mounts.map((side) => `{ name: ${side}, stage: seed, from: { server: witness, tool: look, args: { of: ${name}, side: ${side} } } }`).join(', ')}]`

const fourAgents = `
orchestration: { entrypoint: all, strategy: swarm }
executors:
  - { name: all, type: agent }${agents.map(agent).join('')}
`

/**
 * Without a Context of its own (as YAML, after its metadata) it is a run with 40 actions: four agents at the same time, each with two
 * mounts, two turns and six calls, of which three write. `more`: more of the config, as YAML: keys of `security` first, by two spaces.
 */
export function road(context = fourAgents, more = ''): Road {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-road-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'home'))
  const log = join(root, 'heard.jsonl')
  const asked = join(root, 'asked.txt')
  for (const file of [log, asked]) writeFileSync(file, '')
  const transport = { type: 'stdio', command: process.execPath, args: [witness, log] }
  writeFileSync(
    join(root, 'ecp.config.yaml'),
    `version: "0.5"
models: { providers: { local: { defaultModel: m, config: { baseURL: "http://127.0.0.1:9/v1" } } } }
tools: { servers: { witness: { transport: ${JSON.stringify(transport)} } } }
security:
  models: { allowProviders: [local], defaultProviders: [local], allowedModels: { local: [m] } }
  tools: { allowServers: [witness] }
${more}`,
  )
  writeFileSync(
    join(root, 'context.yaml'),
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: road, version: 1.0.0 }
${context}`,
  )
  const run = newRunId(Date.now())
  const folder = {
    cwd: root,
    home: join(root, 'home'),
    machineFile: join(root, 'no-machine-config'),
    configFile: join(root, 'ecp.config.yaml'),
    contextFile: join(root, 'context.yaml'),
    traceDir: join(root, 'ledger'),
  }
  const counted = (lines: readonly string[]) => {
    const counts = new Map<string, number>()
    for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
    return counts
  }
  const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return {
    run,
    ledgerFile: join(root, 'ledger', 'ledger.db'),
    async carry(part) {
      const journey: Journey = { folder, run, asked, ...part }
      const child = spawn(process.execPath, [carrier, JSON.stringify(journey)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let told = ''
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        told += piece
      })
      const [code, signal] = await once(child, 'close')
      if (signal === 'SIGKILL') return undefined
      if (code !== 0) throw new TypeError(`the process that carried the run ended with exit code ${code}`)
      return JSON.parse(told) as RunResult // reason: what the fixture prints
    },
    heard: () => counted(linesOf(log)),
    asked: () => counted(linesOf(asked)),
  }
}
