import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { compiled, configYaml, contextYaml, type Desk, openDesk } from '../../cli/test/desk.ts'
import { program } from '../../cli/test/program.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

export interface ConsoleDeskOptions {
  /** In YAML flow style; everything of the filesystem server otherwise. */
  readonly toolAccess?: string
  /** In YAML flow style. */
  readonly writeControls?: string
  /** More of the host's `security`, indented under it. */
  readonly security?: string
}

/** `ecp serve` as a process, on a desk of its own, with a real MCP server behind it and a client that has a token. */
export interface ConsoleDesk extends AsyncDisposable {
  readonly desk: Desk
  /** `http://localhost:PORT` */
  readonly url: string
  readonly flags: readonly string[]
  /** A new one-time link of `ecp console`. */
  link(): string
  /** A real MCP client over HTTP. */
  connect(): Promise<Client>
}

/** A call of the filesystem server's tool, that waits for as long as a person needs. */
export function call(client: Client, tool: string, args: Record<string, unknown>) {
  return client.callTool({ name: `files__${tool}`, arguments: args }, { timeout: 115_000 })
}

export async function openConsoleDesk(options: ConsoleDeskOptions = {}): Promise<ConsoleDesk> {
  const { writeControls = '{ requireApprovalFor: ["files:write_file"] }', security = '' } = options
  const { toolAccess = '{ default: deny, allow: ["files:*"] }' } = options
  const desk = openDesk()
  const flags = ['--config', 'host.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  const config = configYaml('files', process.execPath, [filesystem, desk.folder], security)
  desk.write('host.yaml', `${config}gateway: { approvals: { wait: 110s } }\n`)
  desk.write('assistant.yaml', contextYaml(`${toolAccess}\n      writeControls: ${writeControls}`))
  const added = desk.ecp('clients', 'add', 'editor', '--context', 'assistant.yaml', '--executor', 'assistant', ...flags)
  if (added.status !== 0) throw new TypeError(added.stderr)
  const token = added.stdout.trim()
  const env = { PATH: dirname(process.execPath), HOME: desk.home, ...compiled }
  const args = [program, 'serve', '--listen', '127.0.0.1:0', '--json', ...flags]
  const child = spawn(process.execPath, args, { cwd: desk.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text) => said.push(text))
  const { mcp } = await ready(child, said)
  const clients: Client[] = []
  return {
    desk,
    url: mcp.replace(/\/mcp$/, '').replace('127.0.0.1', 'localhost'),
    flags,
    link() {
      const { stdout, stderr } = desk.ecp('console', ...flags)
      const link = /http:\S+#code=\S+/.exec(stdout)?.[0]
      if (link === undefined) throw new TypeError(`no link: ${stdout}${stderr}${said.join('')}`)
      return link
    },
    async connect() {
      const client = new Client({ name: 'test', version: '1.0.0' })
      const headers = { authorization: `Bearer ${token}` }
      await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit: { headers } }))
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close().catch(() => undefined)))
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      desk[Symbol.dispose]()
    },
  }
}

async function ready(child: ChildProcess, said: readonly string[]): Promise<{ readonly mcp: string }> {
  const line = once(child.stdout?.setEncoding('utf8') ?? child, 'data').then(([text]) => String(text))
  const exit = once(child, 'exit').then(() => Promise.reject(new TypeError(`ecp serve ended: ${said.join('')}`)))
  exit.catch(() => undefined)
  return JSON.parse(await Promise.race([line, exit]))
}
