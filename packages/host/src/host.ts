import type { Ledger } from '@ecp/ledger'
import type { Action, Catalogue, ToolDefinition } from '@ecp/protocol'
import type { Gate } from './gate/gate.ts'

/** A tool that an executor could be allowed to call, as it was pinned. */
export interface OfferedTool {
  /** `server:tool` */
  readonly target: string
  readonly definition: ToolDefinition
}

/** An open boundary: one Context under this machine's config, with its Gate. */
export interface Host {
  readonly gate: Gate
  readonly ledger: Ledger
  readonly context: Action['context']
  readonly executors: readonly string[]
  catalogue(): Catalogue
  /** What this executor may be shown: tools that could be allowed, held or proposed for some arguments. */
  tools(executor: string): readonly OfferedTool[]
  /** The servers that this executor could call some tool of. */
  reachableServers(executor: string): readonly string[]
  /** Asks the servers that this executor can reach what their tools are. Settles when all have answered or failed. */
  observe(executor: string): Promise<void>
  /** Called after the catalogue changed. Returns how to stop listening. */
  onToolsChanged(listener: () => void): () => void
  /** Ends leases, servers and ledger, in this order. */
  close(): Promise<void>
}
