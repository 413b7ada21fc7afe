import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { writeLedger } from '../open-ledger.ts'
import { visible } from '../terminal/visible.ts'

export interface FreezeOptions {
  readonly note?: string
}

/** The stop switch: from the next decision on everything is denied, in every process on this ledger. */
export function freeze(invocation: Invocation, { note }: FreezeOptions): Promise<ExitCode> {
  return turn(invocation, note, 'frozen')
}

/** Releases the stop switch. */
export function unfreeze(invocation: Invocation, { note }: FreezeOptions): Promise<ExitCode> {
  return turn(invocation, note, 'unfrozen')
}

async function turn(invocation: Invocation, note: string | undefined, to: 'frozen' | 'unfrozen'): Promise<ExitCode> {
  const { terminal, common, user, now } = invocation
  await using opened = await writeLedger(invocation)
  const { ledger, file } = opened
  if (to === 'frozen') await ledger.freeze(now(), user, note)
  else await ledger.unfreeze(now(), user, note)
  if (common.json) terminal.out(JSON.stringify({ ledger: file, frozen: to === 'frozen' }))
  else if (to === 'frozen') {
    terminal.out(`frozen: every process on ${visible(file)} denies everything from its next decision on`)
    terminal.out('`ecp unfreeze` releases it')
  } else terminal.out(`released: processes on ${visible(file)} decide by their policies again`)
  return exitCodes.done
}
