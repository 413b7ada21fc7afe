import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newToken, tokenHash } from '../../packages/server/src/credentials/client-token.ts'
import type { EcpFiles } from '../harness/ecp-files.ts'
import type { MemoryLeft } from '../harness/garbage.ts'
import { firstLine, start } from './listening.ts'

/** `ecp serve`, ready. */
export interface Gateway {
  readonly url: string
  readonly mcp: string
  readonly pid: number | null
  /** Milliseconds from the start of the process to the line that says it is ready, and to the first answer of /readyz. */
  readonly toldAfter: number
  readonly readyAfter: number
  /** What the client with this number sends: its own token. */
  headers(client: number): Readonly<Record<string, string>>
  /** What is left after a garbage collection; only where it was asked for. */
  memory(): Promise<MemoryLeft>
  close(): Promise<void>
}

export interface GatewayOptions {
  /** How many may connect. */
  readonly clients?: number
  /** Whether its memory will be asked for. */
  readonly isMeasured?: boolean
}

const garbage = join(import.meta.dirname, '..', 'harness', 'garbage.ts')

/** Starts `ecp serve` of this command on these files, on an address of its own. */
export async function openGateway(ecp: string, files: EcpFiles, options: GatewayOptions = {}): Promise<Gateway> {
  const { clients = 1, isMeasured = false } = options
  const { folder, place, environment } = files
  const tokens = Array.from({ length: clients }, newToken)
  writeClients(join(folder, 'ledger'), files, tokens)
  const node = isMeasured ? ['--disable-warning=ExperimentalWarning', '--expose-gc', '--import', garbage] : []
  const command = [process.execPath, ...node, ecp, 'serve', '--listen', '127.0.0.1:0', '--json', ...place]
  const started = performance.now()
  const serving = start({ command, environment, isTold: isMeasured })
  const { url, mcp } = await firstLine<{ url: string; mcp: string }>(serving)
  const toldAfter = performance.now() - started
  const { status } = await fetch(`${url}/readyz`)
  if (status !== 200) throw new Error(`it is not ready: ${status}`)
  return {
    url,
    mcp,
    pid: serving.child.pid ?? null,
    toldAfter,
    readyAfter: performance.now() - started,
    headers: (client) => ({ authorization: `Bearer ${tokens[client]}` }),
    async memory() {
      serving.child.send('collect')
      const [left] = await once(serving.child, 'message')
      return left as MemoryLeft // reason: bench/harness/garbage.ts sends it
    },
    async close() {
      await serving.stop()
      files.remove()
    },
  }
}

/** What `ecp clients add` would write, without a process for each of a thousand clients. */
function writeClients(folder: string, { context, executor }: EcpFiles, tokens: readonly string[]): void {
  const clients = tokens.map((token, index) => ({
    name: `client-${index}`,
    context,
    executor,
    inputs: {},
    names: 'prefixed',
    tokenHash: tokenHash(token),
    createdAt: Date.now(),
  }))
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'clients.json'), JSON.stringify({ format: 1, clients }), { mode: 0o600 })
}
