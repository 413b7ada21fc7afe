import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type Front, testClient, type Visitor } from './front.ts'
import { Gateway } from './gateway.ts'
import { Door } from './http/door.ts'

type OpenFront = (documents: ConstructorParameters<typeof Gateway>[0]) => Promise<Front>

/** Every way there is. */
export const fronts: Readonly<Record<'stdio' | 'HTTP', OpenFront>> = {
  stdio: async (documents) => overStdio(new Gateway(documents)),
  HTTP: (documents) => Door.open(documents),
}

function overStdio(gateway: Gateway): Front {
  const flags = ({ client, names }: Visitor) => [
    ...(client === undefined ? [] : ['--client', client]),
    ...(names === undefined ? [] : ['--names', names]),
  ]
  return {
    gateway,
    wire: (executor, visitor = {}) => gateway.wire(executor, flags(visitor), {}, visitor.capabilities),
    async connect(executor, visitor = {}, client = testClient()) {
      const args = gateway.args(executor, ...flags(visitor))
      const options = { args, cwd: gateway.desk.folder, env: gateway.environment() }
      await client.connect(new StdioClientTransport({ command: process.execPath, stderr: 'ignore', ...options }))
      return client
    },
    [Symbol.asyncDispose]: async () => gateway[Symbol.dispose](),
  }
}
