import type { Json } from '@ecp/protocol'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Gateway, type Reply } from './gateway.ts'

/** `ecp mcp`, with a real client before it. */
export class McpGateway extends Gateway {
  #client: Client | undefined
  #listed: ReadonlySet<string> = new Set()

  override async start(): Promise<void> {
    const client = new Client({ name: 'conformance', version: '1.0.0' })
    const [command, ...args] = this.command(['mcp', ...this.flags])
    const options = { command, args, env: this.environment, cwd: this.folder, stderr: 'pipe' } as const
    const transport = new StdioClientTransport(options)
    let said = ''
    transport.stderr?.on('data', (part) => {
      said += part
    })
    this.#client = client
    await client.connect(transport).catch((cause: unknown) => {
      throw new TypeError(`\`ecp mcp\` did not answer: ${said}`, { cause })
    })
    const { tools } = await client.listTools()
    this.#listed = new Set(tools.map(({ name }) => name))
  }

  override async stop(): Promise<void> {
    await this.#client?.close()
    this.#client = undefined
  }

  override shows(target: string): boolean {
    return this.#listed.has(exposed(target))
  }

  override async call(target: string, args: Json): Promise<Reply> {
    if (!this.#client) throw new TypeError('the gateway was not started')
    const before = this.calls().length
    const params = { name: exposed(target), arguments: args as Record<string, unknown> } // reason: cases behind MCP give objects
    const result = await this.#client.callTool(params)
    const facts = result._meta?.['ecp/decision'] as Reply['facts'] // reason: compared field by field by the test
    return { isError: result.isError === true, ...(facts && { facts }), reached: this.calls().slice(before) }
  }
}

/** A target's name towards the client (faces.md). */
function exposed(target: string): string {
  const colon = target.indexOf(':')
  return `${target.slice(0, colon)}__${target.slice(colon + 1)}`
}
