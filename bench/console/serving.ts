import { spawnSync } from 'node:child_process'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type EcpFiles, writeEcpFiles } from '../harness/ecp-files.ts'
import type { InstalledEcp } from '../harness/installed.ts'
import { type Gateway, openGateway } from '../http/gateway.ts'

/** `ecp serve` whose writes are held, and nobody waits for. */
export interface Serving {
  readonly url: string
  /** A new one-time link. */
  link(): string
  /** Asks for so many writes, each another one; all are held. */
  hold(count: number): Promise<void>
  close(): Promise<void>
}

const inFlight = 16

export async function openServing(ecp: InstalledEcp): Promise<Serving> {
  const files = writeEcpFiles({
    writeControls: '{ requireApprovalFor: ["bench:write_item"] }',
    more: 'gateway: { approvals: { wait: 0s } }\n',
  })
  const gateway = await openGateway(ecp.command, files)
  return {
    url: gateway.url.replace('127.0.0.1', 'localhost'),
    link: () => linkOf(ecp, files),
    hold: (count) => hold(gateway, count),
    close: () => gateway.close(),
  }
}

function linkOf(ecp: InstalledEcp, { place, environment }: EcpFiles): string {
  const args = [ecp.command, 'console', '--json', ...place]
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: { ...environment }, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).link
}

async function hold(gateway: Gateway, count: number): Promise<void> {
  const client = new Client({ name: 'bench', version: '1.0.0' })
  const requestInit = { headers: { ...gateway.headers(0) } }
  await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcp), { requestInit }))
  let next = 0
  const ask = async () => {
    while (next < count) {
      const id = `item-${next++}`
      const { isError } = await client.callTool({ name: 'bench__write_item', arguments: { id, amount: next % 500 } })
      if (isError !== true) throw new Error(`\`${id}\` was not held`)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, ask))
  await client.close()
}
