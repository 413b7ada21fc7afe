import { resolve } from 'node:path'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'
import { type Entry, entryText } from './config-entry.ts'

/** Says where the entry of an approver is now, or shows it, to be put somewhere. `into`: the file that has it. */
export async function tellEntry(
  { terminal }: Pick<Invocation, 'terminal'>,
  name: string,
  entry: Entry,
  into: string | undefined,
): Promise<void> {
  if (into === undefined) {
    terminal.err('its entry for the host configuration, best where an agent cannot write (`/etc/ecp/config.yaml`):')
    terminal.out(await entryText(name, entry))
    return
  }
  terminal.out(`${visible(resolve(into))} names ${visible(name)} as an approver now`)
  terminal.err(
    '`ecp serve` reads it by itself, whatever else runs goes on without it until it is started again; a project configuration has to be trusted again',
  )
}

/** Names with commas between them, as `groups` of an entry. */
export function groupsOf(names = ''): Pick<Entry, 'groups'> {
  const groups = names
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
  return groups.length > 0 ? { groups } : {}
}
