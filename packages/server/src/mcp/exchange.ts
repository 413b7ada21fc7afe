import type { PerformOptions, Session } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import type { ApprovalPage } from './approval-page.ts'

/** What stands behind one request of a client, whatever it came over and in whichever revision. */
export interface Exchange {
  /** Whom servers are asked for. */
  readonly session: Session
  /** Aborted when the client cancels, or is gone where that cancels. */
  readonly signal: AbortSignal
  /** Missing where the client cannot be asked anything while it waits for this. */
  readonly ask?: NonNullable<PerformOptions['ask']>
  /** Missing where the client cannot send its user anywhere: a held call waits then. */
  readonly page?: ApprovalPage
  /** Missing where the client wants to hear of no progress. */
  readonly onProgress?: (progress: JsonObject) => void
}
