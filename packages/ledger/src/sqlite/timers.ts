/** How the ledger waits: given, so that a test decides when. */
export interface Timers {
  /** Calls once the work of this event-loop turn has been queued. */
  soon(call: () => void): void
  after(milliseconds: number, call: () => void): void
  /** From 0 to 1: spreads the retries of processes that wait for one another. */
  jitter(): number
}

export const realTimers: Timers = {
  soon: (call) => {
    setImmediate(call)
  },
  after: (milliseconds, call) => {
    setTimeout(call, milliseconds)
  },
  jitter: Math.random,
}
