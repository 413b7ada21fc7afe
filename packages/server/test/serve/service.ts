import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { openMachine } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Desk } from '../../../cli/test/desk.ts'
import type { ServeHttpOptions } from '../../src/http/serve-http.ts'
import {
  addClient,
  clientsFile,
  type HttpFace,
  newToken,
  openAuthenticator,
  revokeClient,
  serveHttp,
  tokenHash,
} from '../../src/index.ts'
import { type Documents, Gateway, witness } from '../gateway.ts'

/** The witness server behind one executor that may look and write. */
export const oneWitness = (desk: Desk, policies: JsonObject = {}): Documents => ({
  servers: { witness: witness(desk) },
  policies: { agent: { toolAccess: { default: 'deny', allow: ['witness:*'] }, ...policies } },
})

interface More
  extends Partial<
    Pick<ServeHttpOptions, 'anonymous' | 'limits' | 'listen' | 'socket' | 'now' | 'operator' | 'webhookTiming'>
  > {
  /** How often (ms) expired approvals are written down. */
  readonly expiryMs?: number
}

/** The HTTP face on a desk of its own: documents written, tokens as they are asked for, real servers behind. */
export class Service implements AsyncDisposable {
  readonly gateway: Gateway
  readonly log: string[] = []
  #face: HttpFace | undefined
  readonly #clients: Client[] = []
  readonly #sockets: Socket[] = []

  constructor(documents: ConstructorParameters<typeof Gateway>[0]) {
    this.gateway = new Gateway(documents)
  }

  get url(): string {
    return this.#face?.url ?? ''
  }

  get file(): string {
    return join(this.gateway.desk.folder, 'host.json')
  }

  async start(more: More = {}): Promise<this> {
    this.#face = await this.open(more)
    return this
  }

  /** Another gateway on the same ledger, beside the one that was started. */
  async open({ expiryMs, ...more }: More = {}): Promise<HttpFace> {
    const { home, folder } = this.gateway.desk
    const machine = await openMachine({
      cwd: folder,
      home,
      configFile: 'host.json',
      traceDir: 'ledger',
      env: { PATH: process.env.PATH },
      version: '0.0.0',
      onWarning: (line) => this.log.push(line),
      ...(expiryMs === undefined ? {} : { expiryMs }),
    })
    return serveHttp({
      machine,
      openAuthenticator: (on) =>
        openAuthenticator({
          machine: on,
          ledger: on.ledgerFile,
          now: more.now ?? Date.now,
          log: (line) => this.log.push(line),
          pollMs: 20,
        }),
      listen: '127.0.0.1:0',
      version: '0.0.0',
      watchMs: 20,
      log: (line) => this.log.push(line),
      ...more,
    })
  }

  /** A new one-time code for the console, where it was started with an operator. */
  code(): string {
    return this.#face?.link()?.split('#code=')[1] ?? ''
  }

  get link(): string {
    return this.#face?.link() ?? ''
  }

  /** A new client's token. */
  async token(name: string, executor = 'agent', expiresAt?: number): Promise<string> {
    const token = newToken()
    await addClient(this.#clientsFile, {
      name,
      context: join(this.gateway.desk.folder, 'context.json'),
      executor,
      inputs: {},
      names: 'prefixed',
      tokenHash: tokenHash(token),
      createdAt: Date.now(),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })
    return token
  }

  revoke(name: string): Promise<unknown> {
    return revokeClient(this.#clientsFile, name)
  }

  get #clientsFile(): string {
    return clientsFile(join(this.gateway.desk.folder, 'ledger', 'ledger.db'))
  }

  /** A real MCP client. */
  async connect(token?: string, client = new Client({ name: 'test', version: '1.0.0' })): Promise<Client> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${this.url}/mcp`), { requestInit: { headers } }))
    this.#clients.push(client)
    return client
  }

  ask(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers }
    return fetch(this.url + path, { ...init, headers })
  }

  /** A bare connection. */
  async socket(): Promise<Socket> {
    const { hostname, port } = new URL(this.url)
    const socket = connect(Number(port), hostname)
    this.#sockets.push(socket)
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return socket
  }

  /** Changes the host's config as an operator would. */
  configure(change: (config: JsonObject) => JsonObject): void {
    writeFileSync(this.file, JSON.stringify(change(JSON.parse(readFileSync(this.file, 'utf8')))))
  }

  async close(): Promise<void> {
    await this.#face?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close().catch(() => undefined)))
    for (const socket of this.#sockets) socket.destroy()
    await this.close()
    this.gateway[Symbol.dispose]()
  }
}
