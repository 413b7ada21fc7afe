import type { Ledger } from '@ecp/ledger'
import { type Action, isJsonObject, type Json, type Outcome } from '@ecp/protocol'
import type { WaitingTask } from '../agents/agents.ts'

/** The task that a delegation continues or withdraws, as its arguments name it. */
export type NamedTask = Pick<WaitingTask, 'task' | 'context'>

/** The task in an argument; undefined where it names none. */
export function namedTask(value: Json | undefined): NamedTask | undefined {
  if (!isJsonObject(value)) return undefined
  const { task, context } = value
  return typeof task === 'string' && task !== '' && typeof context === 'string' ? { task, context } : undefined
}

/**
 * The task as it waits, where the record of the action's own run says that the agent asked in it and that nothing was sent to it
 * since; undefined for any other. So nothing reaches a task that was not begun by this run, and no answer is sent twice. Throws
 * `LedgerError`.
 */
export function waitingTask(
  ledger: Pick<Ledger, 'records' | 'blob'>,
  { run, id, target }: Pick<Action, 'run' | 'id' | 'target'>,
  { task, context }: NamedTask,
): WaitingTask | undefined {
  /** What was allowed to go to this agent: whether it names this task. */
  const allowed = new Map<string, boolean>()
  /** What went into this task since the agent asked in it. */
  const since = new Set<string>()
  let asked: WaitingTask | undefined
  for (const { record } of ledger.records(run)) {
    switch (record.kind) {
      case 'action.decided': {
        const { action, decision } = record.body
        const isOne = action.kind === 'agent.delegate' && action.target === target && decision.effect === 'allow'
        if (!isOne || action.id === id) break
        const isTo = named(action.arguments)?.task === task
        allowed.set(action.id, isTo)
        if (isTo) since.add(action.id)
        break
      }
      case 'action.finished': {
        const { action, outcome, blob } = record.body
        if (!allowed.has(action)) break
        if (wasNotSent(outcome)) since.delete(action)
        const text = blob === undefined ? undefined : ledger.blob(blob)
        const result = text === undefined ? outcome.result : (JSON.parse(text) as Json) // reason: the ledger has stored JSON
        const waits = outcome.status === 'completed' ? waitingIn(result) : undefined
        if (waits?.task !== task || waits.context !== context) break
        asked = waits
        since.clear()
        break
      }
      case 'action.settled':
        if (record.body.as !== 'happened') since.delete(record.body.action)
        break
      default:
    }
  }
  return since.size === 0 ? asked : undefined
}

/**
 * Whether the agent has not taken it: it was refused here or there, or cancelled; whoever was cancelled may come back, and of a task
 * that is over the agent says so.
 */
function wasNotSent({ status, error }: Outcome): boolean {
  if (status === 'cancelled') return true
  const code = error?.code ?? ''
  return status === 'failed' && (!code.startsWith('agent.') || code === 'agent.refused' || code === 'agent.not-asked')
}

function named(args: Json): NamedTask | undefined {
  return isJsonObject(args) ? (namedTask(args.continues) ?? namedTask(args.withdraws)) : undefined
}

function waitingIn(result: Json | undefined): WaitingTask | undefined {
  const asks = isJsonObject(result) ? result.asks : undefined
  const of = namedTask(asks)
  return of && isJsonObject(asks) && typeof asks.status === 'string' ? { ...of, status: asks.status } : undefined
}
