import { randomUUID } from 'node:crypto'
import { type Host, isAlive, type Machine, newRunId, type Session, sameRunId } from '@ecp/host'
import type { Ledger } from '@ecp/ledger'
import type { Start, Started } from './start-run.ts'
import type { ToolEvent } from './tool-event.ts'
import { clientOf, type TriggeredRun } from './triggered-run.ts'

export interface ToolEventsOptions {
  start(start: Start): Promise<Started>
  writeOff(start: Start, status: 'missed' | 'skipped', why: string): Promise<void>
  /** Whether a run of this name, that such an event has started, has not begun yet. */
  isPending(name: string): boolean
  now(): number
  log(line: string): void
}

/** Of the newest runs of a name, how many are looked at for one that has not begun. */
const mostLookedAt = 50

/**
 * Starts runs when servers announce something. What is announced while a run that would see it waits for its turn starts no other
 * one, whichever process on the ledger it waits in: all of them hear the same, and MCP names no announcement, so that the first run
 * that has not begun answers for it. One that is heard only after that run has begun starts another one: it may tell of something
 * new, and nothing that is announced may be lost. To hear of a resource its subscription is asked for at the Gate, as the first executor that may read it.
 */
export class ToolEvents {
  readonly #options: ToolEventsOptions
  #ends: readonly (() => void)[] = []
  #following: Promise<void> = Promise.resolve()

  constructor(options: ToolEventsOptions) {
    this.#options = options
  }

  /** Listens at this machine from now on, and no longer at another one. Never throws: what cannot be heard is told to the operator. */
  follow(machine: Machine, runs: readonly TriggeredRun[]): Promise<void> {
    this.#following = this.#following.then(async () => {
      this.stop()
      const listening = runs.filter(({ events }) => events.length > 0).map((run) => this.#listen(machine, run))
      this.#ends = (await Promise.all(listening)).flat()
    })
    return this.#following
  }

  stop(): void {
    for (const end of this.#ends) end()
    this.#ends = []
  }

  async #listen(machine: Machine, run: TriggeredRun): Promise<readonly (() => void)[]> {
    const { log } = this.#options
    const named = `tool-event of run \`${run.name}\``
    try {
      const { contextFile, inputs, principal } = run
      const host = await machine.admit({ contextFile, inputs, principal, client: clientOf('tool-event', run) })
      const session: Session = { id: randomUUID(), capabilities: {} }
      const ends = run.events.map((event) => this.#hear(host, session, run, event))
      for (const event of run.events) {
        const fault = await subscribed(host, session, event)
        if (fault !== undefined) log(`${named}: \`${event.text}\` cannot be heard of: ${fault}`)
      }
      return [
        ...ends,
        () =>
          void host.endSession(session).then(
            () => host.close(),
            () => undefined,
          ),
      ] // it ends with the machine
    } catch (cause) {
      log(`${named} hears nothing: ${(cause as Error).message}`) // reason: what is thrown here are Errors of ours
      return []
    }
  }

  #hear(host: Host, session: Session, run: TriggeredRun, event: ToolEvent): () => void {
    const executor = executorFor(host, event)
    if (executor === undefined) return () => undefined
    return host.onEvent(executor, session, ({ server, method, params }) => {
      if (server !== event.server || method !== event.method) return
      if (event.uri !== undefined && params.uri !== event.uri) return
      void this.#start(host.ledger, run, event)
    })
  }

  async #start(ledger: Ledger, run: TriggeredRun, { text }: ToolEvent): Promise<void> {
    const { start, writeOff, isPending, log } = this.#options
    if (isPending(run.name)) return
    try {
      const id = this.#newRun(ledger, run)
      if (id === undefined) return
      const startedBy = { trigger: 'tool-event', run: run.name, event: text } as const
      const wanted: Start = { run, id, inputs: run.inputs, startedBy }
      const started = await start(wanted)
      if (started.kind !== 'refused' || started.why === 'stopping') return
      log(`tool-event of run \`${run.name}\`: ${text} started nothing: ${started.message}`)
      await writeOff(wanted, 'skipped', `${text} started nothing: ${started.message}`)
    } catch (cause) {
      log(`tool-event of run \`${run.name}\`: ${text} started nothing: ${(cause as Error).message}`) // reason: as above
    }
  }

  /**
   * The id of a run that is to begin after this moment; undefined where one will that another process has started. It follows from the
   * run before: of processes that hear something at the same time one starts the next run, and that begins after all of them heard.
   */
  #newRun(ledger: Ledger, run: TriggeredRun): string | undefined {
    const { name, contextFile, principal } = run
    const found = ledger
      .runsOf({ client: clientOf('tool-event', run), principal, limit: mostLookedAt })
      .filter(({ start: { startedBy, file } }) => startedBy?.trigger === 'tool-event' && file === contextFile)
    const waits = found.some(({ run: id, start: { owner }, endedAt }) => {
      return endedAt === undefined && owner !== undefined && isAlive(owner) && !hasBegun(ledger, id)
    })
    if (waits) return undefined
    const next = sameRunId(['tool-event', name, contextFile, found[0]?.run ?? ''])
    // Where it was there before, it does not come after all that is announced now: clocks can go back.
    return ledger.run(next) ? newRunId(this.#options.now()) : next
  }
}

/** Whether anything was written of a run but that it is to be. */
function hasBegun(ledger: Ledger, run: string): boolean {
  return ledger.records(run, 2)[Symbol.iterator]().next().done !== true
}

/** The first executor that is told of the event. */
function executorFor(host: Host, { server, uri }: ToolEvent): string | undefined {
  return host.executors.find((executor) =>
    uri === undefined
      ? host.reachableServers(executor).includes(server)
      : host.mayRead(executor, 'resource.read', `${server}:${uri}`),
  )
}

/** Why nothing will be heard, where that is known. */
async function subscribed(host: Host, session: Session, event: ToolEvent): Promise<string | undefined> {
  const { server, uri } = event
  const executor = executorFor(host, event)
  if (executor === undefined) return 'no executor of the Context may read there'
  await host.observe(executor)
  if (uri === undefined) return undefined
  const { decision, outcome } = await host.gate.perform(
    { kind: 'resource.read', target: `${server}:${uri}`, arguments: { subscribe: true }, executor, origin: 'engine' },
    { session },
  )
  if (outcome.status === 'completed') return undefined
  return decision.reasons[0]?.message ?? `the server did not take the subscription (${outcome.status})`
}
