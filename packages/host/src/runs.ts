import type { Ledger, OpenedRun } from '@ecp/ledger'
import type { RunStarted } from '@ecp/protocol'

export interface RunsOptions {
  readonly ledger: Ledger
  /** How long a client's run goes on, in milliseconds (`gateway.runWindow`). */
  readonly windowMs: number
  newId(at: number): string
  /** What a run of this executor starts with. */
  start(executor: string): RunStarted
  blobs(): ReadonlyMap<string, string>
}

/** Which run an action belongs to. */
export interface RunBook {
  /** The run's id; it is on record when this returns. Throws `LedgerError` when it cannot be recorded. */
  of(executor: string, at: number): Promise<string>
  /** That run, if it is on record already. Opens none. */
  find(executor: string, at: number): Promise<string | undefined>
  /** Takes note that somebody has ended this run. True where the executor's next action begins another one. */
  ended(executor: string, run: string): Promise<boolean>
}

/** {@link RunBook} of one run. */
export interface OwnRun extends RunBook {
  /** As `of`: whether it was not on record before this process wrote it down. */
  begin(at: number): Promise<boolean>
}

/** One run for everything, whose id is known. */
export function ownRun(
  run: string,
  entryPoint: string,
  { ledger, start, blobs }: Pick<RunsOptions, 'ledger' | 'start' | 'blobs'>,
): OwnRun {
  let opening: Promise<OpenedRun> | undefined
  const opened = async (at: number): Promise<OpenedRun> => {
    opening ??= ledger.openRun({ run, at, start: start(entryPoint), blobs: blobs() })
    try {
      return await opening
    } catch (cause) {
      opening = undefined
      throw cause
    }
  }
  return {
    begin: async (at) => !(await opened(at)).joined,
    of: async (_, at) => (await opened(at)).run,
    find: async () => (ledger.run(run) ? run : undefined),
    ended: async () => false,
  }
}

/**
 * Which run an action behind a face belongs to: one for each client, Context and executor, for a window of time. A client
 * that reconnects, in this process or another, finds its run and its counters where they were (decisions.md, Budgets).
 */
export class Runs implements RunBook {
  readonly #options: RunsOptions
  readonly #open = new Map<string, Promise<{ readonly run: string; readonly startedAt: number }>>()

  constructor(options: RunsOptions) {
    this.#options = options
  }

  async of(executor: string, at: number): Promise<string> {
    const known = this.#open.get(executor)
    if (known) {
      const { run, startedAt } = await known
      if (at < startedAt + this.#options.windowMs) return run
      if (this.#open.get(executor) === known) this.#open.delete(executor)
      return this.of(executor, at)
    }
    const opening = this.#start(executor, at)
    this.#open.set(executor, opening)
    // A run that could not be opened is tried again by the next action.
    opening.catch(() => this.#open.delete(executor))
    return (await opening).run
  }

  async find(executor: string, at: number): Promise<string | undefined> {
    const { ledger, start, windowMs } = this.#options
    return ledger.findRun(start(executor), at - windowMs + 1)
  }

  async ended(executor: string, run: string): Promise<boolean> {
    const known = this.#open.get(executor)
    const isIt = (await known)?.run === run
    if (isIt && this.#open.get(executor) === known) this.#open.delete(executor)
    return true
  }

  #start(executor: string, at: number) {
    const { ledger, newId, start, blobs, windowMs } = this.#options
    return ledger.openRun({
      run: newId(at),
      at,
      start: start(executor),
      blobs: blobs(),
      joinSince: at - windowMs + 1,
    })
  }
}
