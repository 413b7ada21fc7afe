import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineOptions } from '@ecp/host'
import { onTestFinished } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'

export interface WitnessPlace {
  readonly contextFile: string
  readonly ledgerFile: string
  /** Where the server writes down what it hears. */
  readonly log: string
  readonly options: MachineOptions
}

/** A folder with a server that writes down what it hears, as `witness`, and a Context, given after its metadata. */
export function witnessPlace(context: string): WitnessPlace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-witness-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'home'))
  const log = join(root, 'heard.jsonl')
  const transport = { type: 'stdio', command: process.execPath, args: [fixtureProgram('witness-server'), log] }
  const configFile = join(root, 'ecp.config.yaml')
  writeFileSync(
    configFile,
    `version: "0.5"
tools: { servers: { witness: { transport: ${JSON.stringify(transport)} } } }
security: { tools: { allowServers: [witness] } }
`,
  )
  const contextFile = join(root, 'context.yaml')
  writeFileSync(
    contextFile,
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: witnessed, version: 1.0.0 }
${context}`,
  )
  const traceDir = join(root, 'ledger')
  const options: MachineOptions = {
    cwd: root,
    home: join(root, 'home'),
    machineFile: join(root, 'no-machine-config'),
    configFile,
    traceDir,
    env: { PATH: process.env.PATH },
    version: '0.0.0',
  }
  return { contextFile, ledgerFile: join(traceDir, 'ledger.db'), log, options }
}
