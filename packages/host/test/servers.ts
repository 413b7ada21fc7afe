import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import type { JsonObject } from '@ecp/protocol'
import { HostError, type HostErrorCode } from '../src/error.ts'
import { createRedactor } from '../src/secrets/redaction.ts'
import { openServers } from '../src/servers/open-servers.ts'
import type { CallOptions, Servers } from '../src/servers/servers.ts'
import type { ServerLimits, ServerLogEntry, StdioServer } from '../src/servers/stdio-server.ts'
import { fixtureProgram } from './fixture-program.ts'

const require = createRequire(import.meta.url)
const misbehaving = fixtureProgram('misbehaving-server')

/** The entry point of one of the official servers. */
export function official(name: 'everything' | 'filesystem' | 'memory'): string {
  return require.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`)
}

/** A wired server that runs a script in this Node. */
export function wired(name: string, args: readonly string[], over: Partial<StdioServer> = {}): StdioServer {
  return {
    name,
    command: process.execPath,
    args,
    cwd: process.cwd(),
    environment: async () => ({ PATH: '/usr/bin:/bin' }),
    startTimeoutMs: 20_000,
    callTimeoutMs: 20_000,
    tools: {},
    ...over,
  }
}

/** Our server that misbehaves as `mode` says. */
export function fixture(mode: string, detail = '', over: Partial<StdioServer> = {}): StdioServer {
  return wired(mode, ['--disable-warning=ExperimentalWarning', misbehaving, mode, detail], over)
}

export interface Pool {
  readonly servers: Servers
  readonly log: ServerLogEntry[]
  /** Settles with the first log entry, also an earlier one, that fits. */
  logged(fits: (entry: ServerLogEntry) => boolean): Promise<ServerLogEntry>
}

/** A secret that the pools of {@link pool} redact. */
export const secret = 'correct-horse-battery'

export function pool(
  wirings: readonly StdioServer[],
  limits: Partial<ServerLimits> = {},
  now = () => performance.now(),
): Pool {
  const redactor = createRedactor()
  redactor.learn({ provider: 'process.env', key: 'KEY' }, secret)
  const log: ServerLogEntry[] = []
  const waiting: ((entry: ServerLogEntry) => void)[] = []
  const servers = openServers({
    servers: new Map(wirings.map((server) => [server.name, server])),
    redactor,
    log(entry) {
      log.push(entry)
      for (const wait of waiting) wait(entry)
    },
    limits,
    now,
    random: () => 0.5,
  })
  return {
    servers,
    log,
    logged: (fits) =>
      new Promise((resolve) => {
        const already = log.find(fits)
        if (already) resolve(already)
        else waiting.push((entry) => fits(entry) && resolve(entry))
      }),
  }
}

/** tools/call, as the Gate sends it. */
export function callTool(servers: Servers, server: string, name: string, args: JsonObject, options: CallOptions) {
  return servers.request(server, { method: 'tools/call', params: { name, arguments: args } }, options)
}

export const calling = (timeoutMs = 20_000, signal = new AbortController().signal) => ({ timeoutMs, signal })

/** What a promise failed with; it must be a HostError of this code. */
export async function failure(promise: Promise<unknown>, code: HostErrorCode): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (error instanceof HostError && error.code === code) return error.message
    throw error
  }
  throw new Error(`it should have failed with ${code}`)
}

/** Whether a process runs. One that has ended and was not collected by its parent yet does not. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}

export function textOf(result: { readonly content?: unknown }): string {
  const [first] = result.content as { text: string }[] // reason: the fixture sends one text block
  return first?.text ?? ''
}
