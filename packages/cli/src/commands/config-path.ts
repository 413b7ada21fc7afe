import { join } from 'node:path'
import { type ConfigFile, defaultMachineFile, projectFiles, userFile } from '@ecp/host'
import { isExpected } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { hostConfig } from '../host-config.ts'
import type { Invocation } from '../invocation.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'

/** The places where the layers of the host configuration are looked for, and which of them are there. */
export async function configPath(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common } = invocation
  const files = await filesOf(invocation)
  if (common.json) terminal.out(JSON.stringify(files, null, 2))
  else terminal.out(table({ head: ['layer', 'is', 'file'], rows: files.map(row) }, terminal.paint))
  return exitCodes.done
}

async function filesOf(invocation: Invocation): Promise<readonly ConfigFile[]> {
  try {
    return (await hostConfig(invocation)).files
  } catch (error) {
    if (!isExpected(error) || error.code !== 'host.no-config') throw error
    const { cwd, home } = invocation
    const missing = (layer: ConfigFile['layer'], path: string) => ({ layer, path, exists: false, discovered: false })
    return [
      missing('machine', defaultMachineFile),
      missing('user', userFile(home)),
      ...projectFiles.map((name) => missing('project', join(cwd, name))),
    ]
  }
}

function row({ layer, path, exists, discovered }: ConfigFile): Cell[] {
  const how = discovered ? 'found' : 'there'
  return [
    { text: layer },
    exists ? { text: how, style: 'good' } : { text: 'missing', style: 'quiet' },
    { text: visible(path) },
  ]
}
