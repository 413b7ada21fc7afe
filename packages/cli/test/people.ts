import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { compiled, configYaml, contextYaml, type Desk, openDesk } from './desk.ts'
import { program } from './program.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

/** What a tool call came to, and when it waited: under which approval. */
export interface Asked {
  /** The approval that the call waits under; rejects when the call ends without having waited. */
  readonly waiting: Promise<string>
  readonly result: Promise<{ readonly isError?: boolean | undefined; readonly content: readonly unknown[] }>
}

/** A desk with the filesystem server behind a Context whose writes need people. */
export interface PeopleDesk extends Desk {
  readonly flags: readonly string[]
  connect(): Promise<Client>
  /** Another `ecp`, that goes on by itself. */
  start(...args: string[]): ChildProcessByStdio<null, Readable, null>
  ask(client: Client, tool: string, args: Record<string, unknown>): Asked
  /** A file with a passphrase, for its owner alone. */
  passphrase(name: string, text: string): string
}

/** `approvals`: of `gateway`; a held call waits for nearly two minutes where nothing else is said. */
export function openPeopleDesk(writeControls: string, security = '', approvals: object = { wait: '110s' }): PeopleDesk {
  const desk = openDesk()
  const flags = ['--config', 'host.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  // biome-ignore format: a document
  desk.write('host.yaml', `# the host\n${configYaml('files', process.execPath, [filesystem, desk.folder], security)}gateway: { approvals: ${JSON.stringify(approvals)} }\n`)
  desk.write(
    'assistant.yaml',
    contextYaml(`{ default: deny, allow: ["files:*"] }\n      writeControls: ${writeControls}`),
  )
  return {
    ...desk,
    [Symbol.dispose]: () => desk[Symbol.dispose](),
    flags,
    async connect() {
      const client = new Client({ name: 'test', version: '1.0.0' })
      const args = [program, 'mcp', '--context', 'assistant.yaml', '--executor', 'assistant', ...flags]
      const env = { HOME: desk.home, PATH: dirname(process.execPath), ...compiled }
      await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: desk.folder, env }))
      return client
    },
    start(...args) {
      const env = { HOME: desk.home, PATH: dirname(process.execPath), ...compiled }
      return spawn(process.execPath, [program, ...args], { cwd: desk.folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
    },
    ask(client, tool, args) {
      const waiting = Promise.withResolvers<string>()
      const result = client.callTool(
        { name: `files__${tool}`, arguments: args },
        {
          timeout: 115_000,
          onprogress: ({ message }) => {
            const id = /\(([0-9a-f-]{36})\)/.exec(message ?? '')?.[1]
            if (id !== undefined) waiting.resolve(id)
          },
        },
      )
      const ended = (came: unknown) => waiting.reject(new TypeError(`it did not wait: ${JSON.stringify(came)}`))
      result.then(ended, ended)
      waiting.promise.catch(() => undefined)
      return { waiting: waiting.promise, result }
    },
    passphrase(name, text) {
      const file = desk.write(name, `${text}\n`)
      chmodSync(file, 0o600)
      return file
    },
  }
}
