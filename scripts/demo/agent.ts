import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Stage } from './stage.ts'

export const ecpCommand = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ecp.js')

/** What came back for one call, as a model would read it. */
export interface Reply {
  readonly text: string
  readonly isError: boolean
}

/** An agent's side of the boundary: a real MCP client that reaches its tools through `ecp mcp` only. */
export class Agent {
  readonly #client: Client
  private constructor(client: Client) {
    this.#client = client
  }

  static async start(stage: Stage, executor: string): Promise<Agent> {
    const client = new Client({ name: 'demo-agent', version: '1.0.0' })
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [
          ecpCommand,
          'mcp',
          ...['--context', stage.context, '--executor', executor, '--config', stage.config],
          ...['--trace-dir', stage.ledger, '-i', `desk=${stage.desk}`],
        ],
        env: { PATH: process.env.PATH ?? '', HOME: stage.home },
        stderr: 'inherit',
      }),
    )
    return new Agent(client)
  }

  async tools(): Promise<string[]> {
    const { tools } = await this.#client.listTools()
    return tools.map((tool) => tool.name)
  }

  async call(name: string, args: Record<string, unknown>): Promise<Reply> {
    const result = await this.#client.callTool({ name, arguments: args })
    const content = result.content as { type: string; text?: string }[] // reason: every tool of this demo answers in text
    return { text: content.map((part) => part.text ?? `[${part.type}]`).join('\n'), isError: result.isError === true }
  }

  async stop(): Promise<void> {
    await this.#client.close()
  }
}
