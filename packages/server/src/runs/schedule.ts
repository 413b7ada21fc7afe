import { Cron } from 'croner'

/** When a schedule starts something: a cron line in a time zone. */
export interface Schedule {
  /** Both of them, for the record: `0 9 * * 1-5 Europe/Zurich`. */
  readonly text: string
  /**
   * The first time after this one, in milliseconds since the epoch; nothing where there is none. A time of day that the clocks
   * skip is due when they have, and one that they show twice the first time.
   */
  next(after: number): number | undefined
}

/** Without a time zone it is UTC: the same on every machine. */
export function scheduleOf(cron: string, timezone = 'UTC'): Schedule {
  const lines = new Cron(cron, { paused: true, timezone, mode: '5-or-6-parts' })
  return { text: `${cron.trim()} ${timezone}`, next: (after) => lines.nextRun(new Date(after))?.getTime() }
}
