import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Host, type Machine, openMachine } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { createAdaptorServer } from '@hono/node-server'
import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { McpLimits } from '../../src/mcp/http/limits.ts'
import { createMcpEndpoint, type McpCaller, type McpEndpoint } from '../../src/mcp/mcp-endpoint.ts'
import { OpenRequests } from '../../src/open-requests.ts'
import { type Front, testClient, type Visitor } from '../front.ts'
import { Gateway } from '../gateway.ts'
import { HttpWire } from './http-wire.ts'

export interface DoorOptions {
  readonly limits?: Partial<McpLimits>
  readonly maxRequestsPerClient?: number
  /** Milliseconds since the epoch, for the endpoint. */
  now?(): number
}

/** What a visitor shows: its name, its executor, and how tools are named. Whether it may is the HTTP server's to find out. */
export function credentials(
  executor: string,
  { client = `user of ${executor}`, names = 'prefixed' }: Visitor = {},
): { authorization: string } {
  return { authorization: `Bearer ${client}:${executor}:${names}` }
}

/** The MCP endpoint behind a real socket on 127.0.0.1, in front of real servers. */
export class Door implements Front {
  readonly gateway: Gateway
  readonly endpoint: McpEndpoint
  readonly url: string
  readonly log: string[]
  /** By client; 1 where it is not named. */
  readonly generations = new Map<string, number>()
  readonly #machine: Machine
  readonly #server: Server

  private constructor(parts: Pick<Door, 'gateway' | 'endpoint' | 'log'> & { machine: Machine; server: Server }) {
    this.gateway = parts.gateway
    this.endpoint = parts.endpoint
    this.log = parts.log
    this.#machine = parts.machine
    this.#server = parts.server
    this.url = `http://127.0.0.1:${(parts.server.address() as AddressInfo).port}/mcp` // reason: it listens on a port
  }

  static async open(documents: ConstructorParameters<typeof Gateway>[0], options: DoorOptions = {}): Promise<Door> {
    const gateway = new Gateway(documents)
    const { folder, home } = gateway.desk
    const machine = await openMachine({
      cwd: folder,
      home,
      machineFile: `${home}/no-machine-config`,
      configFile: 'host.json',
      traceDir: 'ledger',
      env: gateway.environment(),
      version: '0.0.0',
    })
    const log: string[] = []
    const { limits, now } = options
    const endpoint = createMcpEndpoint({
      version: '0.0.0',
      log: (line) => log.push(line),
      ...(limits ? { limits } : {}),
      ...(now ? { now } : {}),
    })
    const hosts = new Map<string, Promise<Host>>()
    const callerOf = async (request: Request): Promise<McpCaller> => {
      const [client = '', executor = '', names] = (request.headers.get('authorization') ?? '').slice(7).split(':')
      const generation = door.generations.get(client) ?? 1
      const key = JSON.stringify([client, executor, generation])
      const admission = { contextFile: 'context.json', inputs: {}, client, principal: client }
      const admitting = hosts.get(key) ?? machine.admit(admission)
      hosts.set(key, admitting)
      return { client, generation, host: await admitting, executor, names: names === 'plain' ? 'plain' : 'prefixed' }
    }
    const requests = new OpenRequests(options.maxRequestsPerClient ?? 1_000)
    const server = createAdaptorServer({
      fetch: async (request) => {
        const caller = await callerOf(request)
        const open = requests.enter(caller.client, true)
        if (!open) return new Response(null, { status: 429 })
        return endpoint.fetch(request, caller, open).finally(() => open.end())
      },
    }) as Server // reason: no other kind of server was asked for
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const door: Door = new Door({ gateway, endpoint, log, machine, server })
    return door
  }

  async wire(executor: string, visitor: Visitor = {}): Promise<HttpWire> {
    const wire = new HttpWire(this.url, credentials(executor, visitor))
    await wire.initialize(visitor.capabilities)
    await wire.request('ping') // it listens then to what comes unasked
    return wire
  }

  async connect(executor: string, visitor: Visitor = {}, client: Client = testClient()): Promise<Client> {
    await client.connect(this.transport(executor, visitor))
    return client
  }

  /** For an SDK client. */
  transport(executor: string, visitor: Visitor = {}): StreamableHTTPClientTransport {
    const requestInit = { headers: credentials(executor, visitor) }
    return new StreamableHTTPClientTransport(new URL(this.url), { requestInit })
  }

  /** Connections that are open now. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endpoint.close()
    await this.#machine.close()
    await new Promise((resolve) => {
      this.#server.close(resolve)
      this.#server.closeAllConnections()
    })
    this.gateway[Symbol.dispose]()
  }
}

export const allow = (...tools: (string | JsonObject)[]): JsonObject => ({
  toolAccess: { default: 'deny', allow: tools },
})
