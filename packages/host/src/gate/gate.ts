import { remainingOfRun, remainingRuntimeMs } from '@ecp/policy'
import type { ActionKind, Decision, JsonObject } from '@ecp/protocol'
import type { Agents } from '../agents/agents.ts'
import type { DeclaredMemory, MemoryKind } from '../memory/executor-memory.ts'
import type { Memory } from '../memory/memory.ts'
import type { Models } from '../models/models.ts'
import type { ServerRequest, Servers } from '../servers/servers.ts'
import type { ApprovalWaits } from './approval-waits.ts'
import { asking } from './ask.ts'
import { type Entered, enter, type GateParts } from './enter.ts'
import { evaluate } from './evaluate.ts'
import { Leases } from './lease.ts'
import { carryOut, finish } from './perform.ts'
import { recall } from './recall.ts'
import { isOnlyRehearsed, rehearsed } from './rehearse.ts'
import type { Replay } from './replay.ts'
import type { ActionRequest, Answer, Authorization, PerformOptions, Settlement } from './request.ts'
import { Tasks } from './tasks.ts'
import { withoutEffect } from './without-effect.ts'

/**
 * The policy enforcement point: the one door to side effects. `perform` decides, does and records; `authorize` decides
 * and records for a program that will do it itself, which then `settle`s. None of them throws for anything that the
 * asking side sent: the answer says what happened.
 */
export interface Gate {
  perform(request: ActionRequest, options?: PerformOptions): Promise<Answer>
  authorize(request: ActionRequest<ActionKind>): Promise<Authorization>
  /**
   * False when the lease is unknown, settled already or expired: nothing is recorded then. Throws `LedgerError` where it cannot
   * be recorded now; the lease stays open.
   */
  settle(leaseId: string, settlement: Settlement): Promise<boolean>
  /**
   * What `authorize` would be decided now. Advice: nothing is recorded or reserved, and by the time of the action it may be
   * another answer.
   */
  evaluate(request: ActionRequest<ActionKind>): Promise<Decision>
  /**
   * A request about a task (`tasks/*`, MCP tasks) that an action performed by this Gate created: it goes with that
   * action's decision. Nothing for any other task. Throws what the server's connection throws; the result is redacted.
   */
  followUp(taskId: string, request: ServerRequest, options?: PerformOptions): Promise<JsonObject | undefined>
  /** Ends open leases as unknown. Calls in flight are ended by their signals. */
  close(): Promise<void>
}

export interface GateOptions extends GateParts {
  readonly servers: Servers
  readonly models: Models
  readonly memory: Memory
  readonly agents: Agents
  /** The memory that an executor's Context declares for it. */
  declared(executor: string): DeclaredMemory | undefined
  /** What a request really asks for: calls of ecp's own tools are actions of other kinds. */
  named<K extends ActionKind>(request: ActionRequest<K>): ActionRequest<K | MemoryKind>
  /** Milliseconds a call to this tool, or of another kind to this server, may take. */
  timeoutMs(server: string, tool: string): number
  /** Whether the wiring lets this server ask for the client's roots. */
  passesRoots(server: string): boolean
  /** Milliseconds until an unsettled lease ends as unknown. */
  readonly leaseMs: number
  readonly waits: ApprovalWaits
  /** A dry run: what is no read is decided and recorded, and not performed; no lease is given. */
  readonly rehearses: boolean
  /** Of a run with keys: what is on record of it. */
  readonly replay?: Replay
}

export function createGate(options: GateOptions): Gate {
  const leases = new Leases(options)
  const tasks = new Tasks(options)
  const enforcement = options.rehearses ? 'rehearsed' : 'performed'

  /** A held action waits for its answer, and is then decided again: by then it may be another decision. */
  async function enteredOrWaited(
    request: ActionRequest<ActionKind>,
    { hold, signal }: PerformOptions,
  ): Promise<Entered> {
    const entered = await enter(options, request, enforcement)
    const { waiting, decision } = entered
    if (waiting === undefined || decision.effect !== 'hold' || !hold) return entered
    if (hold.mayWait && !hold.mayWait(waiting)) return entered
    const signals = [signal, hold.signal].filter((one) => one !== undefined)
    const isAnswered = await options.waits.answered(waiting, { ...hold, signal: AbortSignal.any(signals) })
    return isAnswered ? enter(options, { ...request, attempt: (request.attempt ?? 1) + 1 }, enforcement) : entered
  }

  async function perform(request: ActionRequest, performing: PerformOptions = {}): Promise<Answer> {
    const named = options.named(request)
    const { key } = named
    const { replay } = options
    if (replay === undefined || key === undefined) return performNow(named, performing)
    let attempt = 1
    if (replay.has(key)) {
      const recalled = recall(options, replay, { ...named, key })
      if (recalled.kind === 'answered') {
        replay.asked(key, attempt, false)
        return recalled.answer
      }
      attempt = recalled.attempt
    }
    replay.asked(key, attempt, false)
    const answer = await performNow({ ...named, attempt }, performing)
    replay.asked(key, attempt + 1, answer.decision.effect === 'hold')
    return answer
  }

  async function performNow(request: ActionRequest<ActionKind>, performing: PerformOptions): Promise<Answer> {
    const entered = await enteredOrWaited(request, performing)
    const { action, decision, waiting } = entered
    const facts = { actionId: action.id, target: action.target, decision, ...(waiting ? { waiting } : {}) }
    const settled = withoutEffect(entered)
    if (settled) return { ...facts, outcome: (options.rehearses ? rehearsed(decision) : undefined) ?? settled }
    if (options.rehearses && isOnlyRehearsed(action, decision)) {
      return { ...facts, ...(await finish(options, entered, { status: 'rehearsed' }, undefined)) }
    }
    const { policy, catalogue } = entered.governed
    performing.onLeft?.(remainingOfRun(policy, catalogue, entered.counters, action))
    if (entered.answered) {
      const { outcome, result } = entered.answered
      options.onStep?.('answered', action)
      return { ...facts, outcome, result }
    }
    const remainingMs = remainingRuntimeMs(policy, catalogue, entered.counters, action)
    const done = await carryOut(options, entered, {
      ...performing,
      // What a server asks on the way counts as a write.
      ...(performing.ask && !options.rehearses ? { ask: asking(options, entered.action, performing) } : {}),
      ...(remainingMs === undefined ? {} : { remainingMs }),
    })
    if (done.result) tasks.created(done.result, action)
    options.onStep?.('answered', action)
    return { ...facts, ...done }
  }

  async function authorize(request: ActionRequest<ActionKind>): Promise<Authorization> {
    const entered = await enter(options, request, options.rehearses ? 'rehearsed' : 'authorized')
    const { action, decision, waiting } = entered
    if (decision.effect === 'allow' && options.rehearses)
      await finish(options, entered, { status: 'rehearsed' }, undefined)
    if (decision.effect !== 'allow' || options.rehearses)
      return { actionId: action.id, decision, ...(waiting ? { waiting } : {}) }
    return { actionId: action.id, decision, lease: leases.open(action) }
  }

  return {
    perform,
    authorize,
    settle: (id, settlement) => leases.settle(id, settlement),
    evaluate: (request) => evaluate(options, options.named(request)),
    followUp: (taskId, request, following) => tasks.followUp(taskId, request, following ?? {}),
    close: () => leases.close(),
  }
}
