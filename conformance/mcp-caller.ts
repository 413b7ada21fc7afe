import type { Json } from '@ecp/protocol'
import { factsKey } from '@ecp/server'
import { Client, type Transport } from '@modelcontextprotocol/client'
import type { Caller, Told } from './caller.ts'

/** How long a call may take on a machine with much else to do. Milliseconds. */
const patience = { timeout: 300_000 }

/** A real MCP client. */
export class McpCaller implements Caller {
  readonly #client: Client
  readonly #listed: ReadonlySet<string>

  private constructor(client: Client, listed: ReadonlySet<string>) {
    this.#client = client
    this.#listed = listed
  }

  static async connected(transport: Transport): Promise<McpCaller> {
    const client = new Client({ name: 'conformance', version: '1.0.0' })
    await client.connect(transport, patience)
    const { tools } = await client.listTools(undefined, patience)
    return new McpCaller(client, new Set(tools.map(({ name }) => name)))
  }

  shows(target: string): boolean {
    return this.#listed.has(exposed(target))
  }

  async call(target: string, args: Json): Promise<Told> {
    const params = { name: exposed(target), arguments: args as Record<string, unknown> } // reason: cases behind MCP give objects
    const result = await this.#client.callTool(params, patience)
    const facts = result._meta?.[factsKey] as Told['facts'] // reason: compared field by field by the test
    return { isError: result.isError === true, ...(facts && { facts }) }
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}

/** A target's name towards the client (faces.md). */
function exposed(target: string): string {
  const colon = target.indexOf(':')
  return `${target.slice(0, colon)}__${target.slice(colon + 1)}`
}
