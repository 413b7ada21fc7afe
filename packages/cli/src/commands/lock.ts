import { checkLock, diffLock, type Survey, writeLock } from '@ecp/host'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { differenceLines, surveyTable } from '../lock-lines.ts'
import { survey } from '../survey.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'
import { counted } from '../trace/words.ts'

export interface LockOptions {
  readonly check?: boolean
}

/**
 * Connects to the allowed servers and writes what their tools are beside the configuration that wired them. With `--check`
 * writes nothing, and the exit code is 1 when the tools are not as they are locked.
 */
export async function lock(invocation: Invocation, { check = false }: LockOptions): Promise<ExitCode> {
  const { terminal, common } = invocation
  const { surveys, keepTrust } = await survey(invocation)
  if (surveys.length === 0) terminal.err('no server is both wired and allowed: there is nothing to lock')
  return check
    ? checked(surveys, terminal, common.json === true)
    : written(surveys, keepTrust, terminal, common.json === true)
}

async function checked(surveys: readonly Survey[], terminal: Terminal, json: boolean): Promise<ExitCode> {
  const findings = await Promise.all(
    surveys.map(async (one) => ({ file: one.file, same: await checkLock(one), differences: await diffLock(one) })),
  )
  const same = findings.every((finding) => finding.same)
  if (json) terminal.out(JSON.stringify(findings, null, 2))
  else {
    for (const finding of findings) {
      const state = finding.same ? terminal.paint('good', 'as locked') : terminal.paint('bad', 'not as locked')
      terminal.out(`${visible(finding.file)}: ${state}`)
      for (const line of differenceLines(finding.differences, terminal.paint, false)) terminal.out(`  ${line}`)
    }
    if (!same) terminal.err('`ecp lock diff` shows the differences; when they are wanted, `ecp lock` locks again')
  }
  return same ? exitCodes.done : exitCodes.failed
}

async function written(
  surveys: readonly Survey[],
  keepTrust: () => Promise<void>,
  terminal: Terminal,
  json: boolean,
): Promise<ExitCode> {
  for (const one of surveys) await writeLock(one)
  await keepTrust()
  if (json) {
    terminal.out(
      JSON.stringify(
        surveys.map(({ file, lock: { servers }, refused }) => ({ file, servers, refused })),
        null,
        2,
      ),
    )
    return exitCodes.done
  }
  for (const one of surveys) {
    terminal.out(surveyTable(one, terminal.paint, terminal.columns))
    const tools = Object.values(one.lock.servers).reduce((sum, server) => sum + Object.keys(server.tools).length, 0)
    const servers = counted(Object.keys(one.lock.servers).length, 'server')
    terminal.out(`wrote ${visible(one.file)}: ${counted(tools, 'tool')} of ${servers}`)
  }
  return exitCodes.done
}
