import { userInfo } from 'node:os'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Caller } from './caller.ts'
import { Gateway, type Seat } from './gateway.ts'
import { McpCaller } from './mcp-caller.ts'

/** `ecp mcp`: each caller starts a process of its own. */
export class StdioGateway extends Gateway {
  override async start(): Promise<void> {
    // Whoever connects starts it.
  }

  override async stop(): Promise<void> {
    // It ends with whoever started it.
  }

  override principalOf(): string {
    return userInfo().username
  }

  async connect({ contextFile, executor }: Seat): Promise<Caller> {
    const of = ['--context', contextFile, '--executor', executor]
    const [command, ...args] = this.command(['mcp', ...of, ...this.flags])
    const options = { command, args, env: this.environment, cwd: this.folder, stderr: 'pipe' } as const
    const transport = new StdioClientTransport(options)
    let said = ''
    transport.stderr?.on('data', (part) => {
      said += part
    })
    try {
      return await McpCaller.connected(transport)
    } catch (cause) {
      await transport.close()
      throw new TypeError(`\`ecp mcp\` did not answer: ${said}`, { cause })
    }
  }
}
