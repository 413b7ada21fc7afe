import type { ConfigFile } from '@ecp/host'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { hostConfig } from '../host-config.ts'
import type { Invocation } from '../invocation.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'

/** The places where the layers of the host configuration are looked for, and which of them are there. */
export async function configPath(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common } = invocation
  const { files } = await hostConfig(invocation)
  if (common.json) terminal.out(JSON.stringify(files, null, 2))
  else terminal.out(table({ head: ['layer', 'is', 'file'], rows: files.map(row) }, terminal.paint))
  return exitCodes.done
}

function row({ layer, path, exists, discovered }: ConfigFile): Cell[] {
  const how = discovered ? 'found' : 'there'
  return [
    { text: layer },
    exists ? { text: how, style: 'good' } : { text: 'missing', style: 'quiet' },
    { text: visible(path) },
  ]
}
