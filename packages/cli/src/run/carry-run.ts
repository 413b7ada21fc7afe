import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type Host,
  type Machine,
  type MachineOptions,
  type Models,
  openMachine,
  playRecording,
  type Recorder,
  recordModels,
} from '@ecp/host'
import { formatDiagnostic, parseRecording } from '@ecp/protocol'
import { type RunResult, type RunStatus, runContext } from '@ecp/runtime'
import { durationOf } from '../duration.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { machineOptions } from '../machine-options.ts'
import { visible, visibleLines } from '../terminal/visible.ts'
import { attendHere } from './attend-here.ts'
import { outputText } from './run-output.ts'
import { RunProgress } from './run-progress.ts'
import { waitingLines } from './waiting-lines.ts'
import { writeRecording } from './write-recording.ts'

/** How a run is carried, from its start or from where it was left. */
export interface CarryOptions {
  readonly record?: string
  readonly recorded?: string
  readonly dryRun?: boolean
  /** False: nobody is asked on the terminal. */
  readonly ask?: boolean
  /** How long a held action waits for a person, as a duration. */
  readonly wait?: string
}

const exits: Readonly<Record<RunStatus, ExitCode>> = {
  completed: exitCodes.done,
  failed: exitCodes.failed,
  denied: exitCodes.refused,
  waiting: exitCodes.waiting,
  unknown: exitCodes.unknown,
  diverged: exitCodes.failed,
  interrupted: exitCodes.interrupted,
  cancelled: exitCodes.interrupted,
}

/**
 * Carries a run: its result on stdout, what happens meanwhile and why it failed on stderr. Ctrl-C cancels what is in flight, which
 * is on record then. `open`: its boundary, and its id.
 */
export async function carryRun(
  invocation: Invocation,
  options: CarryOptions,
  contexts: NonNullable<MachineOptions['contexts']>,
  open: (machine: Machine) => Promise<{ readonly host: Host; readonly run: string }>,
): Promise<ExitCode> {
  const { terminal, cwd, now } = invocation
  const waitMs = options.wait === undefined ? 0 : durationOf('--wait', options.wait)
  const played = options.recorded === undefined ? undefined : await recordedModels(cwd, options.recorded)
  const recorder: { made?: Recorder } = {}
  const machine = await openMachine({
    ...machineOptions(invocation, (line) => terminal.err(`ecp: ${visible(line, 1_000)}`)),
    contexts,
    models: (wired) => {
      const models = played ?? wired
      if (options.record === undefined) return models
      recorder.made = recordModels(models)
      return recorder.made.models
    },
  })
  const progress = new RunProgress(terminal, now)
  const interrupted = new AbortController()
  try {
    const { host, run } = await open(machine)
    const result = await runContext({
      host,
      run,
      signal: AbortSignal.any([invocation.interruption(), interrupted.signal]),
      waitMs,
      ...(terminal.interactive && options.ask !== false && !options.dryRun
        ? { attend: attendHere(invocation, machine, () => interrupted.abort()) }
        : {}),
      now,
      onEvent: (event) => progress.told(event),
    })
    progress.end(result)
    if (result.waiting) {
      const approvals = new Set(result.waiting.map(({ approval }) => approval))
      for (const line of waitingLines(machine.ledger, run, approvals)) terminal.err(`ecp: ${line}`)
    }
    return shown(invocation, options.dryRun ? { ...result, dryRun: true } : result)
  } finally {
    progress.close()
    await machine.close()
    if (options.record !== undefined && recorder.made) {
      await writeRecording(resolve(cwd, options.record), options.record, recorder.made.text())
      terminal.err(`ecp: the model turns are in \`${visible(options.record)}\``)
    }
  }
}

function shown({ terminal, common }: Invocation, result: RunResult & { readonly dryRun?: true }): ExitCode {
  const { status, output, failure, run: id } = result
  if (common.json) terminal.out(JSON.stringify(result, null, 2))
  else if (output !== undefined) terminal.out(outputText(output))
  if (failure) {
    terminal.err(`ecp: ${terminal.paintErr('bad', status)}: ${visibleLines(failure.message)}`)
    terminal.err(`ecp: \`ecp trace ${id}\` shows what happened`)
  }
  return exits[status]
}

async function recordedModels(cwd: string, named: string): Promise<Models> {
  const text = await readFile(resolve(cwd, named), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('cli.document-invalid', `recording \`${named}\` cannot be read (${cause.code ?? cause.message})`)
  })
  const { document, diagnostics } = parseRecording(text, named)
  if (document) return playRecording(document.value, named)
  throw new CliError('cli.document-invalid', diagnostics.map((one) => formatDiagnostic(one)).join('\n'))
}
