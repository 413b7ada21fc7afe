import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { Client } from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import { type Child, type Exit, startChild } from './child.ts'
import { ChildTransport } from './child-transport.ts'
import { StderrTail } from './stderr-tail.ts'
import type { ServerLimits, ServerLogEntry, StdioServer } from './stdio-server.ts'

export interface ConnectionOptions {
  readonly server: StdioServer
  readonly redactor: Pick<Redactor, 'text' | 'stream'>
  readonly limits: ServerLimits
  log(entry: ServerLogEntry): void
  onToolsChanged(): void
  /** Told of every process that was started, so that none is forgotten. */
  onChild(child: Child): void
}

export interface RequestOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs: number
  readonly onProgress?: (params: JsonObject) => void
}

/** One life of a server: a started process that answered `initialize`. */
export interface Connection {
  /** Whether the server said that it has tools. */
  readonly hasTools: boolean
  /** Why it ended; settles once, when the process is gone. Never rejects. */
  readonly ended: Promise<HostError>
  isOpen(): boolean
  /** The raw result. Fails with `server.*`; a timeout or abort is told to the server (`notifications/cancelled`). */
  request(method: string, params: JsonObject, options: RequestOptions): Promise<JsonObject>
  close(): Promise<void>
}

/** Lets a result through as it came: typed parsing would drop the fields it does not know (Standard Schema v1). */
const raw = {
  '~standard': { version: 1 as const, vendor: 'ecp', validate: (value: unknown) => ({ value }) },
}
/** Our own timers end requests; the SDK's are set out of their way. The longest a Node timer takes. */
const never = 2_147_483_647

/** Starts the server and shakes hands. Fails with `server.start-failed`, in `startTimeoutMs` plus the time to kill it. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { server, limits, redactor } = options
  const child = await spawnServer(server)
  options.onChild(child)
  let logged = 0
  const stderr = new StderrTail(redactor.stream(), limits, (line) => {
    if (++logged > limits.loggedStderrLines + 1) return
    const message = logged > limits.loggedStderrLines ? 'further stderr lines are not logged' : line
    options.log({ level: 'info', server: server.name, event: 'stderr', message })
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => stderr.write(chunk))
  const transport = new ChildTransport(server.name, child, limits)
  const ended = child.ended.then((exit) => {
    stderr.end()
    return told(transport.fault ?? exitError(server.name, exit), stderr)
  })
  const progress = new Map<string, (params: JsonObject) => void>()
  transport.onNotification = (method, params) => {
    if (method === 'notifications/progress') progress.get(String(params.progressToken))?.(params)
    else if (method === 'notifications/tools/list_changed') options.onToolsChanged()
  }
  transport.onGarbage = (line) =>
    options.log({
      level: 'warn',
      server: server.name,
      event: 'garbage',
      message: `no JSON-RPC message on stdout: ${redactor.text(line.toString('utf8')).slice(0, 200)}`,
    })
  const client = await handshake(options, transport, ended, stderr)
  const isOpen = () => !transport.fault && !child.hasExited()
  let requests = 0

  async function request(method: string, params: JsonObject, limit: RequestOptions): Promise<JsonObject> {
    const token = `ecp-${++requests}`
    if (limit.onProgress) progress.set(token, limit.onProgress)
    const abort = new AbortController()
    const onAbort = () => abort.abort('cancelled')
    const timer = setTimeout(() => abort.abort('timed out'), limit.timeoutMs)
    limit.signal?.addEventListener('abort', onAbort, { once: true })
    if (limit.signal?.aborted) onAbort()
    try {
      const withToken = limit.onProgress ? { ...params, _meta: { progressToken: token } } : params
      const sent = { method, params: withToken as Record<string, unknown> } // reason: JSON, only its readonly is dropped
      const result = await client.request(sent, raw, { signal: abort.signal, timeout: never })
      if (isJsonObject(result)) return result
      throw new HostError('server.protocol', `server \`${server.name}\` answered \`${method}\` with no object`)
    } catch (cause) {
      const what = describe(method, params)
      if (abort.signal.reason === 'cancelled') throw new HostError('server.cancelled', `${what} was cancelled`)
      if (abort.signal.aborted) {
        const text = `server \`${server.name}\` did not answer ${what} within ${limit.timeoutMs} ms`
        throw told(new HostError('server.timeout', text), stderr)
      }
      if (!isOpen() || isConnectionLoss(cause)) throw await ended
      throw answered(server.name, what, cause, redactor)
    } finally {
      clearTimeout(timer)
      limit.signal?.removeEventListener('abort', onAbort)
      progress.delete(token)
    }
  }

  return {
    hasTools: client.getServerCapabilities()?.tools !== undefined,
    ended,
    isOpen,
    request,
    close: () => transport.close(),
  }
}

async function spawnServer(server: StdioServer): Promise<Child> {
  try {
    const { name: _, command, args, cwd } = server
    return await startChild({ command, args, cwd, env: await server.environment() })
  } catch (cause) {
    const { message } = cause as Error // reason: child_process and our own code throw only Errors
    const text = `server \`${server.name}\` cannot be started (\`${server.command}\` in \`${server.cwd}\`): ${message}`
    throw new HostError('server.start-failed', text)
  }
}

async function handshake(
  { server, redactor }: ConnectionOptions,
  transport: ChildTransport,
  ended: Promise<HostError>,
  stderr: StderrTail,
): Promise<Client> {
  // Loaded beside the child's own start, and not at all in a process that calls no server.
  const { Client } = await import('@modelcontextprotocol/client')
  // No capabilities: sampling, elicitation and roots are answered with "method not found" by the SDK.
  const client = new Client({ name: 'ecp', version: '0.5.0' }, { capabilities: {} })
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), server.startTimeoutMs)
  try {
    await client.connect(transport, { signal: abort.signal, timeout: never })
    return client
  } catch (cause) {
    void transport.close()
    const failed = (why: string) =>
      new HostError('server.start-failed', `server \`${server.name}\` did not start: ${why}`)
    if (abort.signal.aborted) {
      throw told(failed(`it did not answer \`initialize\` within ${server.startTimeoutMs} ms`), stderr)
    }
    if (isConnectionLoss(cause)) throw failed((await ended).message)
    throw told(failed(redactor.text((cause as Error).message).slice(0, 500)), stderr) // reason: the SDK throws only Errors
  } finally {
    clearTimeout(timer)
  }
}

function isConnectionLoss(cause: unknown): boolean {
  const code = (cause as { code?: unknown }).code // reason: looked at only to compare
  return cause instanceof HostError || code === 'CONNECTION_CLOSED' || code === 'NOT_CONNECTED'
}

function answered(server: string, what: string, cause: unknown, redactor: Pick<Redactor, 'text'>): HostError {
  if (cause instanceof HostError) return cause
  const { code, message } = cause as { code?: unknown; message: string } // reason: the SDK throws only Errors
  const said = redactor.text(String(message)).slice(0, 2_000)
  return typeof code === 'number'
    ? new HostError('server.error', `server \`${server}\` answered ${what} with error ${code}: ${said}`)
    : new HostError('server.protocol', `server \`${server}\` answered ${what} with nonsense: ${said}`)
}

function describe(method: string, params: JsonObject): string {
  return method === 'tools/call' ? `the call of \`${String(params.name)}\`` : `\`${method}\``
}

function exitError(server: string, { code, signal }: Exit): HostError {
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`
  return new HostError('server.exited', `server \`${server}\` ${how}`)
}

/** The error with the last lines of stderr behind it. */
function told(error: HostError, stderr: StderrTail): HostError {
  const lines = stderr.text()
  return lines === '' ? error : new HostError(error.code, `${error.message}; its last stderr lines:\n${lines}`)
}
