import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stdioCommand } from '../harness/ecp-files.ts'

/** A home, a config, Contexts and a ledger of their own for runs, with the model server as their provider. */
export interface RunFiles {
  readonly folder: string
  readonly home: string
  readonly config: string
  /** One agent with the tool that reads. */
  readonly single: string
  /** Eight agents without a tool, at the same time. */
  readonly swarm: string
  remove(): void
}

const children = 8

export function writeRunFiles(baseURL: string, models: readonly string[]): RunFiles {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-bench-run-'))
  const at = (name: string) => join(folder, name)
  mkdirSync(at('home'))
  const [command, ...args] = stdioCommand
  writeFileSync(
    at('ecp.config.yaml'),
    `version: "0.5"
models:
  providers:
    bench: { defaultModel: ${models[0]}, supportedModels: ${JSON.stringify(models)}, config: { baseURL: "${baseURL}" } }
tools:
  servers: { bench: { transport: ${JSON.stringify({ type: 'stdio', command, args })} } }
security:
  models: { allowProviders: [bench], defaultProviders: [bench], allowedModels: { bench: ${JSON.stringify(models)} } }
  tools: { allowServers: [bench] }
`,
  )
  writeFileSync(
    at('single.yaml'),
    `${head('single')}
orchestration: { entrypoint: one, strategy: single }
executors:
  - name: one
    type: agent
    instructions: Read.
    policies:
      toolAccess: { default: deny, allow: [bench:read_item] }
      budgets: { maxToolCalls: 1000000, maxModelTokens: 1000000000 }
`,
  )
  writeFileSync(
    at('swarm.yaml'),
    `${head('swarm')}
orchestrator:
  name: all
  type: agent
  strategy: swarm
  executors:
${Array.from({ length: children }, (_, index) => `    - { name: child-${index}, type: agent, instructions: Answer. }\n`).join('')}`,
  )
  return {
    folder,
    home: at('home'),
    config: at('ecp.config.yaml'),
    single: at('single.yaml'),
    swarm: at('swarm.yaml'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const head = (name: string) => `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: ${name}, version: 1.0.0 }`
