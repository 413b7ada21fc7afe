import { refuseInvalid } from '@ecp/host'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { hostConfig } from '../host-config.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'
import { trustProject } from '../trust-project.ts'

export interface TrustOptions {
  readonly yes?: boolean
}

/** Lets the project configuration of this folder start what it names: shows what that is, and asks unless `--yes` is given. */
export async function trust(invocation: Invocation, { yes = false }: TrustOptions): Promise<ExitCode> {
  const { terminal, common } = invocation
  const loaded = await hostConfig(invocation)
  refuseInvalid(loaded.diagnostics)
  const changed = await trustProject(invocation, loaded, yes)
  const file = loaded.files.find(({ layer, exists }) => layer === 'project' && exists)?.path
  if (common.json) terminal.out(JSON.stringify({ file: file ?? null, trusted: true, changed }))
  else if (changed)
    terminal.out(`trusted ${visible(file ?? '')}; it has to be trusted again when one of these files changes`)
  else terminal.out('there is nothing to trust here, or it is trusted already')
  return exitCodes.done
}
