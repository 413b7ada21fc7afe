import { createRedactor, type LoadedConfig, openPins, openServers, type PinsOptions } from '@ecp/host'
import type { Catalogue } from '@ecp/protocol'
import type { Invocation } from './invocation.ts'
import { readLedgerIfAny } from './open-ledger.ts'
import { visible } from './terminal/visible.ts'

/** Every pinned tool of the wired servers, from their locks or from the ledger. Starts no server and writes nothing. */
export async function pinnedCatalogue(invocation: Invocation, { layers }: LoadedConfig): Promise<Catalogue> {
  const { terminal, now } = invocation
  const redactor = createRedactor()
  const log: PinsOptions['log'] = ({ message }) => terminal.err(visible(message, 1_000))
  const servers = openServers({ servers: new Map(), redactor, log, now, random: Math.random })
  await using opened = await readLedgerIfAny(invocation)
  const pins = await openPins({ layers, ledger: opened?.ledger ?? nothingRecorded, servers, redactor, now, log })
  return pins.catalogue()
}

/** What there is to read where no ledger was made yet. Nothing observes, so that nothing is pinned. */
const nothingRecorded: PinsOptions['ledger'] = {
  pins: async () => new Map(),
  blob: () => undefined,
  records: () => [],
  append: async () => {},
}
