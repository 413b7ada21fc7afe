import type { Ledger } from '@ecp/ledger'
import { type Action, isJsonObject, type Json } from '@ecp/protocol'
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
  /** What went to this agent and was allowed: whether it went to this task. */
  const sent = new Map<string, boolean>()
  let asked: WaitingTask | undefined
  let isOpen = false
  for (const { record } of ledger.records(run)) {
    switch (record.kind) {
      case 'action.decided': {
        const { action, decision } = record.body
        const isOne = action.kind === 'agent.delegate' && action.target === target && decision.effect === 'allow'
        if (!isOne || action.id === id) break
        const isTo = named(action.arguments)?.task === task
        sent.set(action.id, isTo)
        if (isTo) isOpen = false
        break
      }
      case 'action.finished': {
        const { action, outcome, blob } = record.body
        const isTo = sent.get(action)
        if (isTo === undefined) break
        // Whoever is cancelled before the agent has heard of it may come back; of a task that is over the agent says so.
        if (isTo && outcome.status === 'cancelled') isOpen = true
        const text = blob === undefined ? undefined : ledger.blob(blob)
        const result = text === undefined ? outcome.result : (JSON.parse(text) as Json) // reason: the ledger has stored JSON
        const waits = outcome.status === 'completed' ? waitingIn(result) : undefined
        if (waits?.task !== task || waits.context !== context) break
        asked = waits
        isOpen = true
        break
      }
      case 'action.settled':
        if (sent.get(record.body.action) && record.body.as !== 'happened') isOpen = true
        break
      default:
    }
  }
  return isOpen ? asked : undefined
}

function named(args: Json): NamedTask | undefined {
  return isJsonObject(args) ? (namedTask(args.continues) ?? namedTask(args.withdraws)) : undefined
}

function waitingIn(result: Json | undefined): WaitingTask | undefined {
  const asks = isJsonObject(result) ? result.asks : undefined
  const of = namedTask(asks)
  return of && isJsonObject(asks) && typeof asks.status === 'string' ? { ...of, status: asks.status } : undefined
}
