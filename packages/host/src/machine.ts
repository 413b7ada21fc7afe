import type { Ledger } from '@ecp/ledger'
import type { Json } from '@ecp/protocol'
import type { LoadedConfig } from './config/load-config.ts'
import type { Host } from './host.ts'

/** One client of a machine: as what it acts, and for whom. */
export interface Admission {
  readonly contextFile: string
  readonly inputs: Readonly<Record<string, Json>>
  /** Who connects, for runs and budgets: named by the operator, never by the agent. */
  readonly client: string
  readonly principal: string
}

/**
 * This machine's side of the boundary, shared by all who connect: config, ledger, connections to servers, pins and
 * secrets, each once.
 */
export interface Machine {
  readonly config: LoadedConfig
  readonly ledger: Ledger
  /**
   * The boundary of a Context for a client. A Context that is open already with the same inputs is not read again: another
   * machine is opened for a changed one. `Host.close` leaves the machine open. Throws `HostError` with what to do.
   */
  admit(admission: Admission): Promise<Host>
  /** Every file that was read for what is open now: when one changes, another machine should be opened. */
  files(): readonly string[]
  /** Ends all hosts, servers, and the ledger if this machine opened it. */
  close(): Promise<void>
}
