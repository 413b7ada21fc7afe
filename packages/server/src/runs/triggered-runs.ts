import type { Hono } from 'hono'
import type { Serving } from '../http/serving.ts'
import type { OpenRequests } from '../open-requests.ts'
import { CarryOn } from './carry-on.ts'
import { RunQueue } from './run-queue.ts'
import { Schedules } from './schedules.ts'
import { isFrozen, RunStarter } from './start-run.ts'
import { ToolEvents } from './tool-events.ts'
import { triggerRoutes } from './trigger-routes.ts'

/** How often (ms) things are looked at. */
export interface RunLooks {
  /** The clock, for schedules. */
  readonly scheduleMs: number
  /** The ledger, for runs that can go on. */
  readonly carryMs: number
}

export interface TriggeredRunsOptions {
  readonly serving: Serving
  readonly openRequests: OpenRequests
  readonly looks: Partial<RunLooks>
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** Everything that `ecp serve` runs by itself: what triggers start, one queue for all of it. */
export class TriggeredRuns {
  /** Where webhooks come in. */
  readonly routes: Hono
  readonly #options: TriggeredRunsOptions
  readonly #queue: RunQueue
  readonly #starter: RunStarter
  readonly #events: ToolEvents
  #schedules: Schedules | undefined
  #carrying: CarryOn | undefined

  constructor(options: TriggeredRunsOptions) {
    const { serving, openRequests, now, log } = options
    this.#options = options
    this.#queue = new RunQueue(() => serving.standing.runBounds)
    this.#starter = new RunStarter({
      during: (work) => serving.during(work),
      queue: this.#queue,
      isWired: ({ name, contextFile }) =>
        serving.standing.runs.some((run) => run.name === name && run.contextFile === contextFile),
      isStopping: () => serving.isStopping,
      now,
      log,
    })
    const starting = {
      start: this.#starter.start.bind(this.#starter),
      writeOff: this.#starter.writeOff.bind(this.#starter),
      now,
      log,
    }
    this.#events = new ToolEvents({ ...starting, isPending: (name) => this.#queue.isWaiting(name) })
    this.routes = triggerRoutes({ ...starting, runs: () => serving.standing.runs, openRequests })
  }

  /** From now on triggers start runs. */
  begin(): void {
    const { serving, looks, now, log } = this.#options
    this.#schedules = new Schedules({
      runs: () => serving.standing.runs,
      // Machines that follow one another stand on one ledger.
      ledger: serving.standing.machine.ledger,
      start: this.#starter.start.bind(this.#starter),
      writeOff: this.#starter.writeOff.bind(this.#starter),
      ...(looks.scheduleMs === undefined ? {} : { lookMs: looks.scheduleMs }),
      now,
      log,
    })
    this.#carrying = new CarryOn({
      runs: () => serving.standing.runs,
      ledger: serving.standing.machine.ledger,
      queue: this.#queue,
      isFrozen: () => serving.during((machine) => isFrozen(machine, now())),
      resume: this.#starter.resume.bind(this.#starter),
      ...(looks.carryMs === undefined ? {} : { lookMs: looks.carryMs }),
      now,
      log,
    })
    this.follow()
  }

  /** The config is another one. */
  follow(): void {
    const { machine, runs } = this.#options.serving.standing
    this.#carrying?.renewed()
    void this.#events.follow(machine, runs)
  }

  /** Nothing more is started; what goes on goes on, and what waits for its turn stays on record for the next `ecp serve`. */
  async stop(): Promise<void> {
    this.#events.stop()
    await this.#schedules?.close()
    await this.#carrying?.close()
    await this.#queue.stop()
  }

  /** Interrupts what goes on, to be gone on with later; settles when that is on record. */
  async breakOff(): Promise<void> {
    const { RuntimeError } = await import('@ecp/runtime')
    await this.#queue.breakOff(new RuntimeError('run.interrupted', 'ecp serve stopped; the next one goes on with it'))
  }
}
