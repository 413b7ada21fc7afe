const quietMs = 60_000

/**
 * A log that says the same thing at most once a minute: whoever sends bad tokens does not write the operator's log. What is said
 * must be one of few texts, and hold nothing of a request.
 */
export function saidOnce(log: (message: string) => void, now: () => number): (message: string) => void {
  const last = new Map<string, number>()
  return (message) => {
    const at = now()
    const before = last.get(message)
    if (before !== undefined && at < before + quietMs) return
    last.set(message, at)
    log(message)
  }
}
