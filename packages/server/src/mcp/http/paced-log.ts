/** How many lines in how long (ms). */
const most = 20
const whileMs = 60_000

/**
 * A log for what a client can bring about by what it sends: a few lines a minute, and then how many there would have been.
 * `now`: milliseconds since the epoch.
 */
export function pacedLog(log: (line: string) => void, now: () => number): (line: string) => void {
  let since = Number.NEGATIVE_INFINITY
  let lines = 0
  return (line) => {
    const at = now()
    if (at >= since + whileMs) {
      if (lines > most) log(`${lines - most} more lines like these were left out`)
      since = at
      lines = 0
    }
    lines += 1
    if (lines <= most) log(line)
  }
}
