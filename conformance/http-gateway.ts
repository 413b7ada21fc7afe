import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { addClient, clientsFile, newToken, tokenHash } from '@ecp/server'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ApiCaller } from './api-caller.ts'
import type { Caller } from './caller.ts'
import { Gateway, type Seat } from './gateway.ts'
import { McpCaller } from './mcp-caller.ts'

/** `ecp serve`: one process, in which every seat is a client with a token and a Context of its own. */
export class HttpGateway extends Gateway {
  #serving: ChildProcess | undefined
  #url = ''
  readonly #tokens = new Map<string, string>()
  readonly #strangers: Seat[] = []

  override seat(...of: Parameters<Gateway['seat']>): Seat {
    const seat = super.seat(...of)
    this.#strangers.push(seat)
    return seat
  }

  override async start(): Promise<void> {
    for (const seat of this.#strangers.splice(0)) await this.#letIn(seat)
    const command = ['serve', ...this.flags, '--listen', '127.0.0.1:0', '--no-socket', '--json']
    const [program, ...args] = this.command(command)
    const serving = spawn(program, args, { env: this.environment, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#serving = serving
    let said = ''
    serving.stderr.on('data', (part) => {
      said += part
    })
    const line = await Promise.race([once(createInterface(serving.stdout), 'line'), once(serving, 'exit')])
    if (typeof line[0] !== 'string') throw new TypeError(`\`ecp serve\` ended before it was ready: ${said}`)
    this.#url = (JSON.parse(line[0]) as { readonly url: string }).url // reason: what serve.ts prints
  }

  override async stop(): Promise<void> {
    const serving = this.#serving
    this.#serving = undefined
    if (!serving || serving.exitCode !== null) return
    serving.kill('SIGTERM')
    await once(serving, 'exit')
  }

  override principalOf({ name }: Seat): string {
    return name
  }

  async connectMcp({ name }: Seat): Promise<Caller> {
    const headers = { authorization: `Bearer ${this.#tokens.get(name)}` }
    const url = new URL(`${this.#url}/mcp`)
    return McpCaller.connected(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
  }

  async connectApi({ name }: Seat): Promise<Caller> {
    return ApiCaller.connected(this.#url, name, this.#tokens.get(name) ?? '')
  }

  /** As `ecp clients add` does. */
  async #letIn({ name, contextFile, executor }: Seat): Promise<void> {
    const token = newToken()
    this.#tokens.set(name, token)
    await addClient(clientsFile(join(this.ledgerFolder, 'ledger.db')), {
      name,
      context: contextFile,
      executor,
      inputs: {},
      names: 'prefixed',
      tokenHash: tokenHash(token),
      createdAt: Date.now(),
    })
  }
}
