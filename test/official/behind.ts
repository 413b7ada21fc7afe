import type { JsonObject } from '@ecp/protocol'
import { Gateway } from '../../packages/server/test/gateway.ts'
import { Wire } from '../../packages/server/test/wire.ts'

/** The reference server behind `ecp serve`, with everything allowed and plain names: what the suite asks of the one, it asks of the other. */
export interface Behind extends AsyncDisposable {
  readonly url: string
}

/** `transport` leads to the reference server. */
export async function behind(transport: JsonObject): Promise<Behind> {
  const gateway = new Gateway(() => ({
    servers: {
      reference: { args: [], wiring: { transport, passInstructions: true, passLogs: true, passRoots: true } },
    },
    policies: {
      suite: {
        toolAccess: { default: 'deny', allow: ['reference:*'] },
        resourceAccess: { allow: ['reference:**'], prompts: ['reference:*'] },
        budgets: { maxToolCalls: 100_000 },
      },
    },
    security: {
      tools: { allowServers: ['reference'], allowSampling: ['reference'], allowElicitation: ['reference'] },
      budgets: { perRun: { maxToolCalls: 100_000 } },
    },
  }))
  const [program = '', , ...flags] = gateway.args('suite', '--names', 'plain')
  const serve = [program, 'serve', ...flags, '--listen', '127.0.0.1:0', '--no-socket', '--json']
  const wire = new Wire(process.execPath, serve, { cwd: gateway.desk.folder, env: gateway.environment() })
  const { mcp } = await wire.find(({ mcp }) => typeof mcp === 'string')
  return {
    url: String(mcp),
    async [Symbol.asyncDispose]() {
      wire.child.kill('SIGTERM')
      await wire.ended
      gateway[Symbol.dispose]()
    },
  }
}
