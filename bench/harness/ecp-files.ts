import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeArguments } from './child.ts'

/** A home, a config, a Context and a ledger of its own, with budgets that a benchmark does not use up. */
export interface EcpFiles {
  readonly folder: string
  /** Where everything is: options of `ecp`. */
  readonly place: readonly string[]
  readonly context: string
  readonly executor: string
  readonly environment: Readonly<Record<string, string>>
  remove(): void
}

const stdioServer = join(import.meta.dirname, 'stdio-server.ts')

/** The benchmark's server as a command, as every way on stdio starts it. */
export const stdioCommand: readonly string[] = [process.execPath, ...nodeArguments(stdioServer)]

/** `transport`: of the server `bench`, a line of YAML. */
export function writeEcpFiles(transport: string = stdioTransport()): EcpFiles {
  const root = mkdtempSync(join(tmpdir(), 'ecp-bench-'))
  const config = join(root, 'ecp.config.yaml')
  const context = join(root, 'bench.yaml')
  mkdirSync(join(root, 'home'))
  writeFileSync(config, hostConfig(transport))
  writeFileSync(context, contextText)
  return {
    folder: root,
    place: ['--config', config, '--trace-dir', join(root, 'ledger')],
    context,
    executor: 'bench',
    environment: { HOME: join(root, 'home') },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

function stdioTransport(): string {
  return `{ type: stdio, command: ${JSON.stringify(process.execPath)}, args: ${JSON.stringify([stdioServer])} }`
}

const hostConfig = (transport: string) => `version: "0.5"
tools:
  servers:
    bench:
      transport: ${transport}
security:
  tools:
    allowServers: [bench]
  budgets:
    perRun: { maxToolCalls: 100000000, maxRuntimeSeconds: 86400 }
`

const contextText = `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: bench, version: 1.0.0 }
orchestration: { entrypoint: bench, strategy: single }
executors:
  - name: bench
    type: agent
    policies:
      toolAccess:
        default: deny
        allow:
          - bench:read_item
          - { tool: "bench:write_item", when: "args.amount <= 500" }
      writeControls: { mode: execute-if-allowed }
      budgets: { maxToolCalls: 100000000, maxRuntimeSeconds: 86400 }
`
