import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EcpFiles } from '../../bench/harness/ecp-files.ts'

/** Longest lives of the servers behind, in milliseconds; 0 for one that does not die. */
const lives = { steady: 0, frail: 30_000, frailer: 15_000 }

/** The tools, as clients know them. */
export const tools: readonly string[] = Object.keys(lives).map((server) => `${server}__echo`)

/** Several servers behind one Context. What is written stays after `remove`, to be looked at. */
export function soakFiles(): EcpFiles {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-soak-'))
  const config = join(folder, 'ecp.config.json')
  const context = join(folder, 'soak.json')
  mkdirSync(join(folder, 'home'))
  const script = join(import.meta.dirname, 'mortal-server.ts')
  const servers = Object.entries(lives).map(([name, life]) => [
    name,
    { transport: { type: 'stdio', command: process.execPath, args: [script, String(life)] } },
  ])
  const names = Object.keys(lives)
  write(config, {
    version: '0.5',
    tools: { servers: Object.fromEntries(servers) },
    security: { tools: { allowServers: names }, budgets: { perRun: { maxToolCalls: 100_000 } } },
  })
  write(context, {
    specVersion: 'ecp/v0.5-draft',
    kind: 'Context',
    metadata: { name: 'soak', version: '1.0.0' },
    orchestration: { entrypoint: 'soak', strategy: 'single' },
    executors: [
      {
        name: 'soak',
        type: 'agent',
        policies: {
          toolAccess: { default: 'deny', allow: names.map((name) => `${name}:echo`) },
          budgets: { maxToolCalls: 100_000 },
        },
      },
    ],
  })
  return {
    folder,
    place: ['--config', config, '--trace-dir', join(folder, 'ledger')],
    context,
    executor: 'soak',
    environment: { HOME: join(folder, 'home') },
    remove: () => undefined,
  }
}

function write(file: string, document: object): void {
  writeFileSync(file, JSON.stringify(document, null, 2))
}
