import { isAlive } from '@ecp/host'
import { type CarriedRun, type Ledger, stateAt } from '@ecp/ledger'
import type { RunQueue } from './run-queue.ts'
import type { TriggeredRun } from './triggered-run.ts'

export interface CarryOnOptions {
  /** May be others each time. */
  runs(): readonly TriggeredRun[]
  readonly ledger: Ledger
  readonly queue: RunQueue
  /** Whether nothing may be gone on with now. */
  isFrozen(): Promise<boolean>
  /** Goes on with a run that is paused, or whose process is gone. Throws what keeps it from that. */
  resume(run: string, signal: AbortSignal): Promise<void>
  /** How often (ms) the ledger is looked at; missing: twice a second. */
  readonly lookMs?: number
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

const defaultLookMs = 500
/** Looks after which it is looked at everything, though nothing was written: a process that has died writes nothing. */
const lookAnyway = 20

/**
 * Goes on with runs that no process carries: those that wait, once their answer is there; those that triggers started and a stop
 * interrupted; and, once, those whose process has died. Only with runs of Contexts that the host lets start by themselves, as they
 * are now; one that waits may be a run of `ecp run`, too.
 */
export class CarryOn {
  readonly #options: CarryOnOptions
  readonly #timer: NodeJS.Timeout
  /** In the queue here, or going on. */
  readonly #taken = new Set<string>()
  /** Those that cannot be gone on with: told once. */
  readonly #stuck = new Set<string>()
  /** With which answers those that waited were gone on with: an answer that does not count is no reason to do so again. */
  readonly #tried = new Map<string, string>()
  #looking: Promise<void> | undefined
  #seen: number | undefined
  #looks = 0
  #said = ''

  constructor(options: CarryOnOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tick(), options.lookMs ?? defaultLookMs)
    this.#tick()
  }

  /** What could not be gone on with may be now: the config is another one. */
  renewed(): void {
    this.#stuck.clear()
    this.#seen = undefined
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  #tick(): void {
    this.#looking ??= this.#look()
      .then(
        () => {
          this.#said = ''
        },
        (cause: Error) => {
          if (cause.message !== this.#said) this.#options.log(`runs that wait are not looked at: ${cause.message}`)
          this.#said = cause.message
        },
      )
      .finally(() => {
        this.#looking = undefined
      })
  }

  async #look(): Promise<void> {
    const { ledger, runs, queue, isFrozen } = this.#options
    if (runs().length === 0) return
    const { last } = ledger.changes()
    this.#looks += 1
    if (last === this.#seen && this.#looks % lookAnyway !== 0) return
    const found = ledger
      .carriedRuns()
      .filter((carried) => !this.#taken.has(carried.run) && !this.#stuck.has(carried.run))
    const due = found.flatMap((carried) => {
      const run = this.#runOf(carried)
      return run && this.#isDue(carried) ? [{ carried, run }] : []
    })
    // What is there when it is unfrozen is looked at then: that is written, too.
    if (due.length === 0 || (await isFrozen())) {
      this.#seen = last
      return
    }
    for (const { carried, run } of due) {
      const slot = queue.reserve()
      // The next look finds it again.
      if (!slot) return
      const { run: id, paused } = carried
      this.#taken.add(id)
      this.#tried.set(id, this.#answers(paused?.approvals ?? []))
      slot.fill({ name: run.name, overlap: run.overlap, start: (signal) => this.#resume(id, signal) })
    }
    this.#seen = last
  }

  /** By whose word it may go on here. */
  #runOf({ start: { startedBy, file, client, recorded, rehearsal } }: CarriedRun): TriggeredRun | undefined {
    // A real model would go on with what a recording began.
    if (recorded || rehearsal || (!startedBy && client !== 'ecp run')) return undefined
    return this.#options
      .runs()
      .find(({ name, contextFile }) => contextFile === file && (startedBy === undefined || startedBy.run === name))
  }

  #isDue({ run, start, owner, paused }: CarriedRun): boolean {
    if (paused?.status === 'waiting') {
      const answers = this.#answers(paused.approvals ?? [])
      return this.#tried.get(run) !== answers && answers.split(' ').some((one) => !one.includes(':pending:'))
    }
    // What a person has begun, or has to decide, is for a person to go on with.
    if (!start.startedBy) return false
    if (paused) return paused.status === 'interrupted'
    if (owner === undefined || isAlive(owner)) return false
    return !this.#wasCutOffBefore(run)
  }

  /** How approvals stand, in one text. */
  #answers(approvals: readonly string[]): string {
    const { ledger, now } = this.#options
    return approvals
      .map((id) => {
        const approval = ledger.approval(id)
        return approval ? `${id}:${stateAt(approval, now())}:${approval.answers.length}` : `${id}:gone:`
      })
      .join(' ')
  }

  /** Whether it was gone on with since it was last cut off, and that was cut off again. */
  #wasCutOffBefore(run: string): boolean {
    const { ledger, log } = this.#options
    const turns = [...ledger.records(run)].flatMap(({ record: { kind } }) =>
      kind === 'run.started' || kind === 'run.resumed' || kind === 'run.paused' ? [kind] : [],
    )
    const isAgain = turns.at(-1) === 'run.resumed' && turns.at(-2) !== 'run.paused'
    if (isAgain) {
      this.#stuck.add(run)
      log(`run ${run} was cut off twice: look at it with \`ecp trace ${run}\`, and go on with \`ecp resume ${run}\``)
    }
    return isAgain
  }

  async #resume(run: string, signal: AbortSignal): Promise<void> {
    const { resume, log } = this.#options
    try {
      await resume(run, signal)
    } catch (cause) {
      const { code, message } = cause as Error & { readonly code?: string } // reason: what is thrown here are Errors of ours
      // Another gateway was first, or somebody has ended it meanwhile.
      if (code === 'ledger.run-taken' || code === 'ledger.run-ended') return
      this.#stuck.add(run)
      log(`run ${run} cannot go on: ${message}`)
    } finally {
      this.#taken.delete(run)
      // It may be due again already.
      this.#seen = undefined
    }
  }
}
