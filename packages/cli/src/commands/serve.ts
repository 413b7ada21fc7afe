import { type Machine, openMachine } from '@ecp/host'
import { type Anonymous, type HttpFace, localSocket, type NameStyle, openAuthenticator, serveHttp } from '@ecp/server'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { type InputOptions, inputValues } from '../input-values.ts'
import type { Invocation } from '../invocation.ts'
import { machineOptions } from '../machine-options.ts'
import { visible } from '../terminal/visible.ts'

export interface ServeOptions extends InputOptions {
  readonly listen?: string
  /** Whoever comes without a token, from this machine only, is this executor of this Context. */
  readonly context?: string
  readonly executor?: string
  readonly names: NameStyle
  readonly socket: boolean
}

type Log = (line: string) => void

/** The longest path that every system takes for a socket (sockaddr_un). */
const longestSocketPath = 100

/**
 * Serves MCP, decisions and actions over HTTP until the process is told to stop: then what is in flight ends, or is cancelled
 * and recorded, within a bound. Everything for people goes to stderr; with `--json` a line on stdout says when it is ready.
 */
export async function serve(invocation: Invocation, options: ServeOptions): Promise<ExitCode> {
  const { terminal } = invocation
  const log: Log = (line) => terminal.err(`ecp: ${visible(line, 2_000)}`)
  const anonymous = await whoComesWithoutToken(invocation, options)
  const interruption = invocation.interruption()
  const machine = await openMachine({ ...machineOptions(invocation, log), contexts: anonymous ? [anonymous] : [] })
  const socket = options.socket ? socketBeside(machine, log) : undefined
  const face = await serveHttp({
    machine,
    openAuthenticator: (on) => openAuthenticator({ machine: on, ledger: on.ledgerFile, now: invocation.now, log }),
    ...(anonymous ? { anonymous } : {}),
    ...(options.listen === undefined ? {} : { listen: options.listen }),
    ...(socket === undefined ? {} : { socket }),
    version: invocation.version,
    operator: invocation.user,
    log,
  })
  tell(invocation, face, socket)
  await aborted(interruption)
  log('stopping: what is in flight may end; again to stop at once')
  await face.close()
  return exitCodes.done
}

async function whoComesWithoutToken(
  invocation: Invocation,
  { context, executor, names, ...inputs }: ServeOptions,
): Promise<Anonymous | undefined> {
  if (context === undefined && executor === undefined) {
    if (inputs.input === undefined && inputs.inputs === undefined) return undefined
    throw new CliError(
      'cli.usage',
      'inputs go with `--context FILE --executor NAME`; those of a client are kept with it',
    )
  }
  if (context === undefined || executor === undefined) {
    throw new CliError(
      'cli.usage',
      '`--context FILE` and `--executor NAME` go together, for whoever comes without a token',
    )
  }
  const { cwd, user } = invocation
  return { contextFile: context, executor, inputs: await inputValues(invocation, inputs), names, principal: user, cwd }
}

/** Where programs of this user find it, hooks for one. */
function socketBeside({ ledgerFile }: Machine, log: Log): string | undefined {
  const path = localSocket(ledgerFile)
  if (process.platform === 'win32' || Buffer.byteLength(path) > longestSocketPath) {
    log(
      `no local socket: \`${path}\` is no path that this system takes for one; \`--trace-dir\` names a shorter folder`,
    )
    return undefined
  }
  return path
}

function tell({ terminal, common }: Invocation, { url, link }: HttpFace, socket: string | undefined): void {
  if (common.json) {
    // No link: stdout of a server ends in logs. `ecp console` gives one.
    terminal.out(JSON.stringify({ url, mcp: `${url}/mcp`, ...(socket ? { socket } : {}) }))
    return
  }
  const { paintErr: paint } = terminal
  terminal.err(`${paint('strong', 'ecp serves')} ${paint('name', url)}`)
  terminal.err(`  MCP        ${url}/mcp`)
  terminal.err(`  decisions  ${url}/access/v1/evaluation, ${url}/v1/actions`)
  if (socket) terminal.err(`  socket     ${visible(socket)}`)
  terminal.err(`  console    ${link()}`)
  terminal.err(paint('quiet', 'the link signs in one browser, within ten minutes; `ecp console` prints another'))
  terminal.err(paint('quiet', 'Ctrl-C stops it; `ecp clients add` lets a client in'))
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
