import { readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { CommanderError } from 'commander'
import { exitCodeOf, isExpected } from './error.ts'
import { type ExitCode, exitCodes } from './exit-code.ts'
import { program } from './program.ts'
import { terminalOf } from './terminal/terminal.ts'
import { visibleLines } from './terminal/visible.ts'

/**
 * Runs `ecp` with the arguments that follow its name, and sets the exit code of the process (faces.md). It never throws: a
 * user's mistake is a sentence on stderr, and only `--debug` shows where in the program it was found.
 */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads()
  const terminal = terminalOf(process)
  const end = (code: ExitCode) => {
    process.exitCode = code
  }
  const surroundings = {
    terminal,
    cwd: process.cwd(),
    home: homedir(),
    environment: process.env,
    user: userName(),
    version: versionOfPackage(),
    input: process.stdin,
    output: process.stdout,
    now: Date.now,
    interruption,
  }
  const ecp = program(surroundings, end)
  try {
    await ecp.parseAsync(argv, { from: 'user' })
  } catch (error) {
    terminal.progress('')
    // commander has printed its help or its complaint by now.
    if (error instanceof CommanderError) return end(error.exitCode === 0 ? exitCodes.done : exitCodes.wrong)
    terminal.err(described(error, ecp.opts<{ debug?: boolean }>().debug === true))
    end(exitCodeOf(error))
  }
}

function described(error: unknown, debug: boolean): string {
  const message = visibleLines(error instanceof Error ? error.message : String(error))
  const stack = debug && error instanceof Error && error.stack ? `\n${visibleLines(error.stack)}` : ''
  if (isExpected(error)) return `ecp: ${message}${stack}`
  const hint = debug ? '' : '\nThis is a defect of ecp; with --debug it says where.'
  return `ecp: ${message}${hint}${stack}`
}

let interrupted: AbortController | undefined
function interruption(): AbortSignal {
  if (interrupted) return interrupted.signal
  const controller = new AbortController()
  interrupted = controller
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted)
      controller.abort()
    })
  }
  return controller.signal
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid:${process.getuid?.() ?? 'unknown'}` // a container's user often has no name
  }
}

function versionOfPackage(): string {
  // reason: it is this package's own package.json
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
}

/** `ecp trace last | head` is no failure. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A command that serves on stdout has a listener of its own: it cancels and records what is in flight, then ends.
    if (process.stdout.listenerCount('error') > 1) return
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed)
  })
}
