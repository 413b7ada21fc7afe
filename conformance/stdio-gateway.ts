import { userInfo } from 'node:os'
import { PassThrough } from 'node:stream'
import { openHost } from '@ecp/host'
import { serveMcpStdio } from '@ecp/server'
import type { Caller } from './caller.ts'
import { Gateway, type Seat } from './gateway.ts'
import { LineTransport } from './line-transport.ts'
import { McpCaller } from './mcp-caller.ts'

/** MCP on two streams, as `ecp mcp` serves it: a boundary of its own for each caller. */
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
    const principal = this.principalOf()
    const host = await openHost({ ...this.machine, contextFile, inputs: {}, client: 'stdio', principal })
    const [input, output] = [new PassThrough(), new PassThrough()]
    const { version } = this.machine
    const serving = serveMcpStdio({ host, executor, names: 'prefixed', version, input, output, log: () => {} })
    const ended = serving.finally(() => host.close())
    const transport = new LineTransport({ input: output, output: input, ended })
    try {
      return await McpCaller.connected(transport)
    } catch (cause) {
      await transport.close()
      throw cause
    }
  }
}
