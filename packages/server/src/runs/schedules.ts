import { sameRunId } from '@ecp/host'
import type { Ledger } from '@ecp/ledger'
import type { Schedule } from './schedule.ts'
import type { Start, Started } from './start-run.ts'
import { clientOf, type TriggeredRun } from './triggered-run.ts'

export interface SchedulesOptions {
  /** May be others each time. */
  runs(): readonly TriggeredRun[]
  readonly ledger: Ledger
  start(start: Start): Promise<Started>
  writeOff(start: Start, status: 'missed' | 'skipped', why: string): Promise<void>
  /** How often (ms) the clock is looked at; missing: four times a second. */
  readonly lookMs?: number
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** How late (ms) a start may be: what is later is missed, and not made up for. */
const graceMs = 60_000
const defaultLookMs = 250
/** Missed starts that are counted; of more only that there were more. */
const mostCounted = 10_000
/** Of the newest runs of a schedule's client, how many are looked at for the last one of the schedule. */
const mostLookedAt = 200

/** One schedule of one run: how far it has come. */
interface Course {
  readonly run: TriggeredRun
  readonly schedule: Schedule
  next: number | undefined
  /** Starts that were not made since the last one that was told of, or made. */
  skipped: { readonly count: number; readonly first: number; readonly last: number; readonly why: string } | undefined
}

/**
 * Starts runs when their schedules say so: each time once, whichever process on the ledger is first. A clock is looked at, and no
 * timer is trusted: a machine that slept finds out. What was not started is on record.
 */
export class Schedules {
  readonly #options: SchedulesOptions
  readonly #courses = new Map<string, Course>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #said = ''

  constructor(options: SchedulesOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tick(), options.lookMs ?? defaultLookMs)
    this.#tick()
  }

  /** Starts nothing more; what is to be told of starts that were skipped is on record then. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    for (const course of this.#courses.values()) await this.#tellSkipped(course).catch(() => undefined) // the log has it
  }

  #tick(): void {
    this.#looking ??= this.#look()
      .then(
        () => {
          this.#said = ''
        },
        (cause: Error) => {
          if (cause.message !== this.#said) this.#options.log(`schedules wait: ${cause.message}`)
          this.#said = cause.message
        },
      )
      .finally(() => {
        this.#looking = undefined
      })
  }

  async #look(): Promise<void> {
    const { runs, now } = this.#options
    const current = new Set<string>()
    for (const run of runs()) {
      for (const schedule of run.schedules) {
        const key = `${run.name}\n${run.contextFile}\n${schedule.text}`
        current.add(key)
        const before = this.#courses.get(key)
        const course = before ? { ...before, run, schedule } : await this.#begun(run, schedule)
        this.#courses.set(key, course)
        await this.#follow(course, now())
      }
    }
    for (const key of this.#courses.keys()) if (!current.has(key)) this.#courses.delete(key)
  }

  /** From where a schedule goes on: after its last start that is on record, by any process; or from now on. */
  async #begun(run: TriggeredRun, schedule: Schedule): Promise<Course> {
    const { now, log } = this.#options
    const at = now()
    const since = this.#lastDue(run, schedule) ?? this.#watchedSince(run, schedule)
    if (since === undefined) await this.#options.ledger.append('', at, 'schedule.watched', watched(run, schedule))
    const coming = schedule.next(at)
    const when = coming === undefined ? 'never again' : `next at ${new Date(coming).toISOString()}`
    log(`run \`${run.name}\` starts ${when} (${schedule.text})`)
    return { run, schedule, next: schedule.next(since ?? at), skipped: undefined }
  }

  #lastDue(run: TriggeredRun, { text }: Schedule): number | undefined {
    const { principal } = run
    const found = this.#options.ledger.runsOf({ client: clientOf('schedule', run), principal, limit: mostLookedAt })
    const dues = found.flatMap(({ start: { startedBy, context } }) =>
      startedBy?.trigger === 'schedule' && startedBy.schedule === text && context.name === run.context.metadata.name
        ? [startedBy.due]
        : [],
    )
    return dues.length > 0 ? Math.max(...dues) : undefined
  }

  #watchedSince(run: TriggeredRun, schedule: Schedule): number | undefined {
    return this.#options.ledger.notedAt('', 'schedule.watched', watched(run, schedule))
  }

  async #follow(course: Course, at: number): Promise<void> {
    if (course.next === undefined || course.next > at) return
    const due: number[] = []
    let next: number | undefined = course.next
    for (; next !== undefined && next <= at && due.length < mostCounted; next = course.schedule.next(next))
      due.push(next)
    // More than are counted: those in between are passed over.
    if (next !== undefined && next <= at) next = course.schedule.next(at)
    const last = due.at(-1) ?? at
    const isLate = last < at - graceMs
    const missed = isLate ? due : due.slice(0, -1)
    if (missed.length > 0) await this.#tellMissed(course, missed)
    if (!isLate) await this.#start(course, last)
    course.next = next
  }

  async #start(course: Course, due: number): Promise<void> {
    const started = await this.#options.start(startOf(course, due))
    if (started.kind === 'known') return
    if (started.kind === 'started') return this.#tellSkipped(course)
    // One that stops leaves its schedules to those who go on.
    if (started.why === 'stopping') return
    const { skipped } = course
    course.skipped = {
      count: (skipped?.count ?? 0) + 1,
      first: skipped && skipped.count > 0 ? skipped.first : due,
      last: due,
      why: started.message,
    }
    // The first is told at once, those that follow together: a schedule of every second would fill the ledger.
    if (!skipped) await this.#tellSkipped(course, true)
  }

  async #tellMissed(course: Course, missed: readonly number[]): Promise<void> {
    const [first = 0, last = first] = [missed[0], missed.at(-1)]
    const more = missed.length >= mostCounted ? 'at least ' : ''
    const text = `${more}${starts(missed.length)} missed, ${span(first, last)}: ecp serve was not running, or could not look`
    this.#options.log(`schedule of run \`${course.run.name}\` (${course.schedule.text}): ${text}`)
    await this.#options.writeOff(startOf(course, last), 'missed', text)
  }

  async #tellSkipped(course: Course, isFirst = false): Promise<void> {
    const { skipped } = course
    if (!skipped) return
    const { count, first, last, why } = skipped
    course.skipped = isFirst ? { ...skipped, count: 0 } : undefined
    if (count === 0) return
    const text = `${starts(count)} skipped, ${span(first, last)}: ${why}`
    this.#options.log(`schedule of run \`${course.run.name}\` (${course.schedule.text}): ${text}`)
    await this.#options.writeOff(startOf(course, last), 'skipped', text)
  }
}

function watched(run: TriggeredRun, { text }: Schedule) {
  return { contextFile: run.contextFile, run: run.name, schedule: text }
}

function startOf({ run, schedule: { text } }: Course, due: number): Start {
  return {
    run,
    id: sameRunId(['schedule', run.name, run.contextFile, text, String(due)], due),
    inputs: run.inputs,
    startedBy: { trigger: 'schedule', run: run.name, due, schedule: text },
  }
}

function starts(count: number): string {
  return count === 1 ? '1 start was' : `${count} starts were`
}

function span(first: number, last: number): string {
  const [from, to] = [first, last].map((at) => new Date(at).toISOString())
  return from === to ? `at ${from}` : `from ${from} to ${to}`
}
