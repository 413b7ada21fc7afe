import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect } from 'vitest'
import { z } from 'zod'

const repository = join(import.meta.dirname, '..')
const program = join(repository, 'packages', 'cli', 'bin', 'ecp.js')

/** How an agent's MCP settings name a server that it starts. */
export const startedServer = {
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
}
/** How they name one that it reaches. */
export const reachedServer = { url: z.url(), headers: z.record(z.string(), z.string()).optional() }

const Started = z.object(startedServer)
const Reached = z.object(reachedServer)

/** The settings of one example with real paths in the place of its placeholders, in a folder of their own. */
export class AgentSettings {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-settings-')))
  /** What the server gets to see: `note.txt`, and `notes` to write in. */
  readonly folder = join(this.#root, 'folder')
  readonly #settings = join(this.#root, 'settings')
  readonly #home = join(this.#root, 'home')
  readonly #clients: Client[] = []
  #serving: ChildProcess | undefined

  constructor(example: string) {
    cpSync(join(repository, 'examples', example), this.#settings, {
      recursive: true,
      filter: (path) => !path.endsWith('.ts'),
    })
    // npx finds the server here, and does not ask the network.
    symlinkSync(join(repository, 'node_modules'), join(this.#settings, 'node_modules'))
    mkdirSync(join(this.folder, 'notes'), { recursive: true })
    mkdirSync(this.#home)
    writeFileSync(join(this.folder, 'note.txt'), 'The meeting is on Tuesday.\n')
    for (const file of ['assistant.yaml', 'ecp.config.yaml', 'stdio.mcp.json', 'http.mcp.json'])
      writeFileSync(join(this.#settings, file), this.#filled(readFileSync(join(this.#settings, file), 'utf8')))
  }

  /** A file as JSON, placeholders filled in. */
  json(file: string): unknown {
    return JSON.parse(readFileSync(join(this.#settings, file), 'utf8'))
  }

  /** Runs `ecp` in the folder of the settings. */
  ecp(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
    const options = { cwd: this.#settings, env: this.#environment, encoding: 'utf8' } as const
    return spawnSync(process.execPath, [program, ...args], options)
  }

  /** A client of the server that an entry starts, exactly as it is written. */
  async started(entry: unknown): Promise<Client> {
    const { command, args = [], env = {} } = Started.parse(entry)
    const transport = new StdioClientTransport({
      command,
      args,
      // An agent starts it in whatever folder it works in.
      cwd: this.#home,
      env: { ...this.#environment, ...env },
      stderr: 'ignore',
    })
    return this.#connected((client) => client.connect(transport))
  }

  /** The token of a client that was let in, as the page says. */
  addClient(name: string): string {
    const acts = ['--context', 'assistant.yaml', '--executor', 'assistant', '--config', 'ecp.config.yaml']
    const { status, stdout, stderr } = this.ecp('clients', 'add', name, ...acts)
    if (status !== 0) throw new TypeError(`\`ecp clients add\` ended with ${status}: ${stderr}`)
    return stdout.trim()
  }

  /** Starts `ecp serve` with the settings, on a free port. Returns its address for MCP. */
  async serve(): Promise<string> {
    const args = [program, 'serve', '--config', 'ecp.config.yaml', '--listen', '127.0.0.1:0', '--json']
    const serving = spawn(process.execPath, args, {
      cwd: this.#settings,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#serving = serving
    const [line] = await once(serving.stdout.setEncoding('utf8'), 'data')
    return z.object({ mcp: z.url() }).parse(JSON.parse(String(line))).mcp
  }

  /**
   * A client of the server that an entry reaches, with its headers as they are written but for `variable`, which the agent
   * takes from its environment; on the port where the test's server really listens.
   */
  async reached(entry: unknown, variable: string, token: string, mcp: string): Promise<Client> {
    const { url, headers = {} } = Reached.parse(entry)
    const sent = Object.entries(headers).map(([name, value]) => [name, value.replace(variable, token)])
    const address = new URL(mcp)
    address.pathname = new URL(url).pathname
    const transport = new StreamableHTTPClientTransport(address, {
      requestInit: { headers: Object.fromEntries(sent) },
    })
    return this.#connected((client) => client.connect(transport))
  }

  /** What an agent behind these settings gets: the tools of the Context and no more, and an answer to each call. */
  async check(client: Client): Promise<void> {
    const call = async (name: string, args: Readonly<Record<string, string>>) => {
      const { content, isError = false } = await client.callTool({ name, arguments: args })
      return { isError, text: JSON.stringify(content) }
    }
    const note = join(this.folder, 'note.txt')
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name).sort()
    expect(names).toEqual(['files__list_directory', 'files__read_text_file', 'files__write_file'])
    const read = await call('files__read_text_file', { path: note })
    expect(read.text).toContain('The meeting is on Tuesday.')
    const write = await call('files__write_file', { path: join(this.folder, 'notes', 'a.txt'), content: 'Tuesday' })
    expect(write.isError).toBe(false)
    const outside = await call('files__write_file', { path: note, content: 'Friday' })
    expect(outside.text).toContain('ECP denied `files:write_file`')
    expect(readFileSync(note, 'utf8')).toBe('The meeting is on Tuesday.\n')
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    if (this.#serving && this.#serving.exitCode === null) {
      this.#serving.kill('SIGTERM')
      await once(this.#serving, 'exit')
    }
    rmSync(this.#root, { recursive: true, force: true })
  }

  async #connected(connect: (client: Client) => Promise<void>): Promise<Client> {
    const client = new Client({ name: 'agent', version: '1.0.0' })
    this.#clients.push(client)
    await connect(client)
    return client
  }

  get #environment(): Record<string, string> {
    const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
    return { PATH: path, HOME: this.#home, npm_config_offline: 'true' }
  }

  #filled(text: string): string {
    return text
      .replaceAll('/path/to/ecp', repository)
      .replaceAll('/path/to/settings', this.#settings)
      .replaceAll('/path/to/folder', this.folder)
  }
}
