import { diffLock } from '@ecp/host'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { differenceLines } from '../lock-lines.ts'
import { survey } from '../survey.ts'
import { visible } from '../terminal/visible.ts'

/** What has changed in the tools of the allowed servers since they were locked, part by part. Writes nothing. */
export async function lockDiff(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common } = invocation
  const { surveys } = await survey(invocation)
  const findings = await Promise.all(surveys.map(async (one) => ({ file: one.file, differences: await diffLock(one) })))
  if (common.json) {
    terminal.out(JSON.stringify(findings, null, 2))
    return exitCodes.done
  }
  for (const { file, differences } of findings) {
    terminal.out(
      `${visible(file)}: ${differences.length === 0 ? 'nothing has changed' : `${differences.length} not as locked`}`,
    )
    for (const line of differenceLines(differences, terminal.paint, true)) terminal.out(line)
  }
  return exitCodes.done
}
