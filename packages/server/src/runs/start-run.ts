import type { Host, Machine } from '@ecp/host'
import { frozenBucket, type RunSummary } from '@ecp/ledger'
import type { Json, StartedBy } from '@ecp/protocol'
import { ServerError } from '../error.ts'
import type { RunQueue } from './run-queue.ts'
import { clientOf, type TriggeredRun } from './triggered-run.ts'

export interface RunStarterOptions {
  /** Something that goes through the newest machine, which stays open until it is done. */
  during<T>(work: (machine: Machine) => Promise<T>): Promise<T>
  readonly queue: RunQueue
  /** Whether the host still lets it start by itself. */
  isWired(run: TriggeredRun): boolean
  isStopping(): boolean
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** A run that a trigger wants started. */
export interface Start {
  readonly run: TriggeredRun
  /** The same in every process that is to start it for the same reason, see `sameRunId`. */
  readonly id: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly startedBy: StartedBy
}

export type Started =
  | { readonly kind: 'started' }
  /** It was started before, here or by another process on the ledger. */
  | { readonly kind: 'known'; readonly before: RunSummary }
  | { readonly kind: 'refused'; readonly why: 'full' | 'frozen' | 'overlap' | 'stopping'; readonly message: string }

/**
 * Starts runs that triggers ask for. INVARIANT: of all processes on a ledger one starts a run of an id, and it is on record before
 * anybody hears that it was started; a process that dies then leaves it to be gone on with.
 */
export class RunStarter {
  readonly #options: RunStarterOptions

  constructor(options: RunStarterOptions) {
    this.#options = options
  }

  /** Throws what opening the Context throws, and `LedgerError`. */
  async start(start: Start): Promise<Started> {
    const { queue, during, isStopping, now } = this.#options
    if (isStopping()) return { kind: 'refused', why: 'stopping', message: 'ecp is stopping' }
    return during(async (machine): Promise<Started> => {
      const before = machine.ledger.run(start.id)
      if (before) return { kind: 'known', before }
      if (await isFrozen(machine, now()))
        return { kind: 'refused', why: 'frozen', message: 'everything is stopped by `ecp freeze`' }
      const other = start.startedBy.trigger === 'schedule' ? this.#overlapped(machine, start.run) : undefined
      if (other) {
        return {
          kind: 'refused',
          why: 'overlap',
          message: `run ${other.run} of before has not ended (${other.status})`,
        }
      }
      const slot = queue.reserve()
      if (!slot)
        return { kind: 'refused', why: 'full', message: 'as many runs as may go on, or wait, have not ended yet' }
      try {
        if (!(await this.#claim(machine, start))) return known(machine, start)
        slot.fill(this.#queued(start))
        return { kind: 'started' }
      } finally {
        slot.release()
      }
    })
  }

  /** Writes down that a start did not happen, as a run that ended at once. Nothing where any process did so, or started it. */
  async writeOff(start: Start, status: 'missed' | 'skipped', why: string): Promise<void> {
    await this.#options.during(async (machine) => {
      if (!(await this.#claim(machine, start))) return
      await machine.ledger.endRun(start.id, this.#options.now(), status, why)
    })
  }

  async #claim(machine: Machine, { run, id, inputs, startedBy }: Start): Promise<boolean> {
    const host = await machine.admit({
      contextFile: run.contextFile,
      inputs,
      client: clientOf(startedBy.trigger, run),
      principal: run.principal,
      run: id,
      startedBy,
    })
    try {
      return await host.begin(this.#options.now())
    } finally {
      await host.close()
    }
  }

  #queued({ run, id, inputs, startedBy }: Start) {
    return {
      name: run.name,
      overlap: run.overlap,
      start: (signal: AbortSignal) => this.#begin({ run, id, inputs, startedBy }, signal),
      leave: () =>
        this.#options.during(({ ledger }) =>
          ledger.pauseRun(id, this.#options.now(), {
            status: 'interrupted',
            message: 'ecp serve stopped before its turn',
          }),
        ),
    }
  }

  /** Goes on with a run that is paused, or whose process is gone. Throws what keeps it from that. */
  async resume(id: string, signal: AbortSignal): Promise<void> {
    await this.#options.during(async (machine) => {
      const host = await machine.resume({ run: id, by: 'ecp serve' })
      await this.#carry(host, id, signal)
    })
  }

  /** A run of the same schedules that has not ended, in any process. */
  #overlapped({ ledger }: Machine, run: TriggeredRun): RunSummary | undefined {
    if (run.overlap) return undefined
    const client = clientOf('schedule', run)
    return ledger.carriedRuns().find(({ start }) => start.client === client && start.file === run.contextFile)
  }

  /** Its turn has come: under the newest config, as the Context that it was started for. */
  async #begin({ run, id, inputs, startedBy }: Start, signal: AbortSignal): Promise<void> {
    const { during, now, log } = this.#options
    try {
      await during(async (machine) => {
        if (!this.#options.isWired(run)) {
          await machine.ledger.endRun(id, now(), 'cancelled', `\`gateway.runs\` had it no more when its turn came`)
          return
        }
        if (await isFrozen(machine, now())) {
          const message = 'everything was stopped by `ecp freeze` when its turn came'
          return machine.ledger.pauseRun(id, now(), { status: 'interrupted', message })
        }
        try {
          const client = clientOf(startedBy.trigger, run)
          const { contextFile, principal } = run
          const host = await machine.admit({ contextFile, inputs, client, principal, run: id, startedBy })
          if (machine.ledger.run(id)?.start.context.digest !== host.context.digest) {
            throw new ServerError('server.refused', `its Context \`${contextFile}\` was changed before its turn`)
          }
          await this.#carry(host, id, signal)
        } catch (cause) {
          await machine.ledger.endRun(id, now(), 'failed', (cause as Error).message)
          throw cause
        }
      })
    } catch (cause) {
      log(`run ${id} failed: ${(cause as Error).message}`) // reason: what is thrown here are Errors of ours
    }
  }

  async #carry(host: Host, id: string, signal: AbortSignal): Promise<void> {
    const { now, log } = this.#options
    try {
      // Loaded with the first run: a gateway without runs needs none of it.
      const { runContext } = await import('@ecp/runtime')
      const { status, failure } = await runContext({ host, run: id, signal, now })
      log(`run ${id} (\`${host.client}\`): ${status}${failure ? `: ${failure.message}` : ''}`)
    } finally {
      await host.close()
    }
  }
}

/** Whether `ecp freeze` stops everything. */
export async function isFrozen({ ledger }: Machine, at: number): Promise<boolean> {
  const { frozen = 0 } = await ledger.counters([{ name: 'frozen', bucket: frozenBucket, kind: 'total' }], at)
  return frozen > 0
}

function known({ ledger }: Machine, { id }: Start): Started {
  const before = ledger.run(id)
  if (before) return { kind: 'known', before }
  throw new TypeError('a run that was joined is not there')
}
