import type { Ledger } from '@ecp/ledger'

/** How often (ms) it is looked whether another process has cancelled the run. */
const lookMs = 50

/** Calls back once the ledger says that the run is to end. Returns how to stop watching. */
export function watchCancelled(ledger: Pick<Ledger, 'isCancelled'>, run: string, onCancelled: () => void): () => void {
  const timer = setInterval(() => {
    if (!isCancelled(ledger, run)) return
    clearInterval(timer)
    onCancelled()
  }, lookMs)
  return () => clearInterval(timer)
}

/** A ledger that cannot be read says nothing; the next decision finds out why. */
function isCancelled(ledger: Pick<Ledger, 'isCancelled'>, run: string): boolean {
  try {
    return ledger.isCancelled(run)
  } catch {
    return false
  }
}
