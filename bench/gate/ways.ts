import { join } from 'node:path'
import { nodeArguments } from '../harness/child.ts'
import { stdioCommand, writeEcpFiles } from '../harness/ecp-files.ts'
import type { InstalledEcp } from '../harness/installed.ts'
import type { Reach } from '../harness/load-round.ts'

/** How a client reaches the benchmark's server: a command that speaks MCP on stdio. */
export interface Way {
  readonly reach: Extract<Reach, { readonly transport: 'stdio' }>
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

export function openWay(name: WayName, ecp: InstalledEcp): Way {
  switch (name) {
    case 'direct':
      return way(stdioCommand)
    case 'policyFree':
      return way(script('policy-free.ts'))
    case 'package':
      return way(script('package-proxy.ts'))
    case 'ecp':
      return throughEcp(ecp)
  }
}

function script(file: string): readonly string[] {
  return [process.execPath, ...nodeArguments(join(import.meta.dirname, file))]
}

function way([command = '', ...args]: readonly string[]): Way {
  return { reach: { transport: 'stdio', command, args, env: {} }, prefix: '', close: () => undefined }
}

function throughEcp(ecp: InstalledEcp): Way {
  const { context, place, environment, remove } = writeEcpFiles()
  const args = [ecp.command, 'mcp', '--context', context, '--executor', 'bench', ...place]
  return {
    reach: { transport: 'stdio', command: process.execPath, args, env: environment },
    prefix: 'bench__',
    close: remove,
  }
}
