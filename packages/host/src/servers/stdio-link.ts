import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import { type Child, type Exit, startChild } from './child.ts'
import { ChildTransport } from './child-transport.ts'
import type { Link } from './link.ts'
import { StderrTail } from './stderr-tail.ts'
import type { ServerLimits, ServerLogEntry, StdioServer } from './stdio-server.ts'

export interface StdioLinkOptions {
  readonly redactor: Pick<Redactor, 'text' | 'stream'>
  readonly limits: ServerLimits
  log(entry: ServerLogEntry): void
  /** Told of every process that was started, so that none is forgotten. */
  onChild(child: Child): void
}

/** Starts a server's process. Throws `server.start-failed`. */
export async function openStdioLink(server: StdioServer, options: StdioLinkOptions): Promise<Link> {
  const { limits, redactor } = options
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
  transport.onGarbage = (line) =>
    options.log({
      level: 'warn',
      server: server.name,
      event: 'garbage',
      message: `no JSON-RPC message on stdout: ${redactor.text(line.toString('utf8')).slice(0, 200)}`,
    })
  const told = (error: HostError): HostError => {
    const lines = stderr.text()
    return lines === '' ? error : new HostError(error.code, `${error.message}; its last stderr lines:\n${lines}`)
  }
  return {
    kind: 'pipe',
    transport,
    ended: child.ended.then((exit) => {
      stderr.end()
      return told(transport.fault ?? exitError(server.name, exit))
    }),
    isOpen: () => !transport.fault && !child.hasExited(),
    told,
    close: () => transport.close(),
  }
}

async function spawnServer(server: StdioServer): Promise<Child> {
  try {
    const { command, args, cwd } = server
    return await startChild({ command, args, cwd, env: await server.environment() })
  } catch (cause) {
    const { message } = cause as Error // reason: child_process and our own code throw only Errors
    const text = `server \`${server.name}\` cannot be started (\`${server.command}\` in \`${server.cwd}\`): ${message}`
    throw new HostError('server.start-failed', text)
  }
}

function exitError(server: string, { code, signal }: Exit): HostError {
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`
  return new HostError('server.exited', `server \`${server}\` ${how}`)
}
