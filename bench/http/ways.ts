import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { nodeArguments } from '../harness/child.ts'
import { stdioCommand, writeEcpFiles } from '../harness/ecp-files.ts'
import type { InstalledEcp } from '../harness/installed.ts'
import type { Reach } from '../harness/load-round.ts'
import { openGateway } from './gateway.ts'
import { firstLine, start } from './listening.ts'

/** How a client reaches the benchmark's server over HTTP; everything behind the address runs. */
export interface Way {
  readonly reach: Reach
  /** What stands before the names of the server's tools. */
  readonly prefix: string
  close(): Promise<void>
}

export type WayName = 'direct' | 'package' | 'ecpStdio' | 'ecpHttp'
export const wayNames: Readonly<Record<WayName, string>> = {
  direct: 'direct, HTTP server',
  package: 'mcp-proxy (npm), stdio server',
  ecpStdio: 'ecp serve, stdio server',
  ecpHttp: 'ecp serve, HTTP server',
}

export async function openWay(name: WayName, ecp: InstalledEcp): Promise<Way> {
  switch (name) {
    case 'direct': {
      const { url, pid, stop } = await openServer()
      return { reach: { transport: 'http', url, headers: {}, pid }, prefix: '', close: stop }
    }
    case 'package':
      return throughPackage()
    case 'ecpStdio':
      return throughEcp(ecp, undefined, async () => undefined)
    case 'ecpHttp': {
      const { url, stop } = await openServer()
      return throughEcp(ecp, `{ type: http, url: ${JSON.stringify(url)} }`, stop)
    }
  }
}

async function openServer() {
  const server = start({ command: [process.execPath, ...nodeArguments(join(import.meta.dirname, 'server.ts'))] })
  const { mcp } = await firstLine<{ mcp: string }>(server)
  return { url: mcp, pid: server.child.pid ?? null, stop: () => server.stop() }
}

/** The package's command as its readme runs it, on an address of its own. */
async function throughPackage(): Promise<Way> {
  const port = await freePort()
  const main = createRequire(import.meta.url).resolve('mcp-proxy')
  const command = join(dirname(main), 'bin', 'mcp-proxy.mjs')
  const options = ['--host', '127.0.0.1', '--port', String(port)]
  const proxy = start({ command: [process.execPath, command, ...options, '--', ...stdioCommand] })
  const url = `http://127.0.0.1:${port}/mcp`
  while (!(await answers(url))) await wait(20)
  const reach = { transport: 'http', url, headers: {}, pid: proxy.child.pid ?? null } as const
  return { reach, prefix: '', close: () => proxy.stop() }
}

async function throughEcp(ecp: InstalledEcp, transport: string | undefined, stop: () => Promise<void>): Promise<Way> {
  const gateway = await openGateway(ecp.command, writeEcpFiles(transport))
  const { mcp: url, headers, pid } = gateway
  return {
    reach: { transport: 'http', url, headers: headers(0), pid },
    prefix: 'bench__',
    async close() {
      await gateway.close()
      await stop()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || !address) throw new Error('no port is free')
  return address.port
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).body?.cancel()
    return true
  } catch {
    return false
  }
}
