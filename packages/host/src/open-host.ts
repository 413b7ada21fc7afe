import type { Host } from './host.ts'
import type { Admission } from './machine.ts'
import { type MachineOptions, openMachine } from './open-machine.ts'

/** What opens a boundary of one's own: a machine, and who acts on it. */
export interface HostOptions extends Omit<MachineOptions, 'ledger' | 'contexts'>, Admission {}

/**
 * Opens the boundary for one Context: reads and checks every document, refuses what the host's config does not allow to
 * start, opens the ledger and finishes what dead processes left in it. Starts no server yet. Throws `HostError` or
 * `LedgerError` with what to do. Closing the host closes all of it.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const machine = await openMachine({ ...options, contexts: [options] })
  try {
    return { ...(await machine.admit(options)), close: () => machine.close() }
  } catch (cause) {
    await machine.close()
    throw cause
  }
}
