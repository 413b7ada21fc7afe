import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Machine, openMachine } from '@ecp/host'
import { addClient, clientsFile, type HttpFace, newToken, openAuthenticator, serveHttp, tokenHash } from '@ecp/server'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ApiCaller } from './api-caller.ts'
import type { Caller } from './caller.ts'
import type { Case } from './case.ts'
import { Gateway, type Seat } from './gateway.ts'
import { McpCaller } from './mcp-caller.ts'
import { RunCaller } from './run-caller.ts'
import { Script } from './script.ts'

/** As `ecp serve` serves it: every seat is a client with a token and a Context of its own, or a run on the same machine. */
export class HttpGateway extends Gateway {
  #face: HttpFace | undefined
  #machine: Machine | undefined
  readonly #script = new Script()
  readonly #tokens = new Map<string, string>()
  readonly #strangers: Seat[] = []

  override seat(...of: Parameters<Gateway['seat']>): Seat {
    const seat = super.seat(...of)
    this.#strangers.push(seat)
    return seat
  }

  override async start(): Promise<void> {
    for (const seat of this.#strangers.splice(0)) await this.#letIn(seat)
    const machine = await openMachine({ ...this.machine, models: () => this.#script.models })
    this.#machine = machine
    const log = () => {}
    this.#face = await serveHttp({
      machine,
      openAuthenticator: (on) => openAuthenticator({ machine: on, ledger: on.ledgerFile, now: Date.now, log }),
      listen: '127.0.0.1:0',
      version: this.machine.version,
      operator: userInfo().username,
      log,
    })
  }

  override async stop(): Promise<void> {
    await this.#face?.close()
    this.#face = undefined
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

  async startRun(seat: Seat, one: Case): Promise<Caller> {
    if (!this.#machine) throw new TypeError('the machine is not open')
    return RunCaller.started({ machine: this.#machine, script: this.#script, seat, principal: seat.name, one })
  }

  get #url(): string {
    return this.#face?.url ?? ''
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
