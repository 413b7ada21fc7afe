import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeArguments } from '../harness/child.ts'
import type { InstalledEcp } from '../harness/installed.ts'

/** How a client reaches the benchmark's server: a command that speaks MCP on stdio. */
export interface Way {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What stands before the names of the server's tools. */
  readonly prefix: string
  /** Removes what the way left on disk. */
  close(): void
}

export type WayName = 'direct' | 'ecp' | 'policyFree' | 'package'
export const wayNames: Readonly<Record<WayName, string>> = {
  direct: 'direct',
  package: 'mcp-proxy (npm)',
  policyFree: 'ecp without policy and ledger',
  ecp: 'ecp mcp',
}

const serverScript = join(import.meta.dirname, 'server.ts')

export function openWay(name: WayName, ecp: InstalledEcp): Way {
  switch (name) {
    case 'direct':
      return script('server.ts')
    case 'policyFree':
      return script('policy-free.ts')
    case 'package':
      return script('package-proxy.ts')
    case 'ecp':
      return throughEcp(ecp)
  }
}

function script(file: string): Way {
  const args = nodeArguments(join(import.meta.dirname, file))
  return { command: process.execPath, args, env: {}, prefix: '', close: () => undefined }
}

/** `ecp mcp` on a ledger and a home of its own, with budgets that the benchmark does not use up. */
function throughEcp(ecp: InstalledEcp): Way {
  const root = mkdtempSync(join(tmpdir(), 'ecp-bench-'))
  const config = join(root, 'ecp.config.yaml')
  const context = join(root, 'bench.yaml')
  mkdirSync(join(root, 'home'))
  writeFileSync(config, hostConfig)
  writeFileSync(context, contextText)
  const place = ['--config', config, '--trace-dir', join(root, 'ledger')]
  return {
    command: process.execPath,
    args: [ecp.command, 'mcp', '--context', context, '--executor', 'bench', ...place],
    env: { HOME: join(root, 'home') },
    prefix: 'bench__',
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

const hostConfig = `version: "0.5"
tools:
  servers:
    bench:
      transport: { type: stdio, command: ${JSON.stringify(process.execPath)}, args: ${JSON.stringify([serverScript])} }
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
