import { type Action, isJsonObject, type Json, type Outcome } from '@ecp/protocol'
import type { AgentAnswer, AgentEnd, WaitingTask } from '../agents/agents.ts'
import type { Entered } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { type Recordable, recordable } from './recordable.ts'
import type { PerformOptions } from './request.ts'
import { namedTask, waitingTask } from './waiting-task.ts'

interface Delegated extends Pick<Outcome, 'status' | 'error'> {
  readonly result?: Recordable
}

/** Longest time of a task, in milliseconds, where neither wiring nor budgets say less. */
const defaultTimeoutMs = 600_000

/**
 * Gives a task to the agent elsewhere that works as this executor, or an answer to what it asked, within its deadline; or withdraws
 * the task. Never throws. What was sent and has no certain end is `unknown`: it may have happened, or happen still.
 */
export async function delegation(
  options: GateOptions,
  { action, governed }: Entered,
  { signal, remainingMs }: PerformOptions & { readonly remainingMs?: number },
): Promise<Delegated> {
  const { agents, redactor } = options
  const { target, id } = action
  const failed = (code: string, message: string, status: Outcome['status'] = 'failed'): Delegated => ({
    status,
    error: { code, message: redactor.text(message).toWellFormed() },
  })
  const worker = governed.policy.executors.get(target)
  // What decided looked at the endpoint only for an executor that says that it runs elsewhere.
  if (!worker?.data.remote || !governed.policy.endpoints.has(target)) {
    return failed('host.refused', `executor \`${target}\` has no endpoint of its name`)
  }
  const errand = errandOf(options, action)
  if (errand.kind === 'refused') return failed(errand.code, errand.why)
  const isAnswerable = worker.data.ask !== undefined
  const own = worker.policies.value.budgets?.maxRuntimeSeconds
  const limits = [remainingMs, own === undefined ? undefined : own * 1_000, timeoutOf(agents, target)]
  const timeoutMs = Math.max(1, Math.min(...limits.filter((ms) => ms !== undefined)))
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  try {
    const ending = { signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal }
    if (errand.kind === 'withdraws') {
      const why = await agents.withdraw(target, errand.task, ending)
      if (why === undefined) return { status: 'completed', result: recordable({ withdrawn: true }) }
      return failed('agent.not-withdrawn', `agent \`${target}\` may still wait for an answer: ${why}`)
    }
    const { text, continues } = errand
    const answer = await agents.ask(target, { text, id, isAnswerable, ...(continues ? { continues } : {}) }, ending)
    switch (answer.kind) {
      case 'answered':
        return { status: 'completed', result: recordable(redactor.json({ parts: answer.parts.map(asJson) })) }
      case 'asks': {
        const asks = { ...answer.waits, parts: answer.parts.map(asJson) }
        return { status: 'completed', result: recordable(redactor.json({ asks })) }
      }
      case 'ended': {
        const hint = answer.end === 'input-required' && !isAnswerable ? nobodyAnswers(target) : ''
        return failed(`agent.${answer.end}`, `agent \`${target}\` ${endings[answer.end]}${said(answer.words)}${hint}`)
      }
      case 'refused':
        return failed(answer.code, `agent \`${target}\` was not given the ${given(continues)}: ${answer.why}`)
      case 'cancelled':
        if (signal?.aborted) return failed('agent.cancelled', `agent \`${target}\` has stopped`, 'cancelled')
        return failed('agent.timeout', `agent \`${target}\` was not ready within ${timeoutMs} ms, and has stopped`)
      case 'lost':
        return failed('agent.lost', `agent \`${target}\` was given the ${given(continues)}: ${answer.why}`, 'unknown')
    }
  } finally {
    clearTimeout(timer)
  }
}

type Errand =
  | { readonly kind: 'says'; readonly text: string; readonly continues?: WaitingTask }
  | { readonly kind: 'withdraws'; readonly task: WaitingTask }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }

/**
 * What is to be done at the agent. INVARIANT: a task that is continued or withdrawn is one in which the agent asked this run, and
 * which waits still: what names a task comes from outside, and proves nothing.
 */
function errandOf({ ledger }: GateOptions, action: Action): Errand {
  const { text, continues, withdraws } = isJsonObject(action.arguments) ? action.arguments : {}
  const refused = (code: string, why: string): Errand => ({ kind: 'refused', code, why })
  if (withdraws === undefined && typeof text !== 'string')
    return refused('context.arguments-invalid', 'a delegation says what is to be done: `text`')
  const about = withdraws ?? continues
  if (about === undefined) return { kind: 'says', text: String(text) }
  const named = namedTask(about)
  if (!named || (withdraws !== undefined && (text ?? continues) !== undefined))
    return refused('context.arguments-invalid', 'a task is named by `task` and `context`, to be continued or withdrawn')
  let task: WaitingTask | undefined
  try {
    task = waitingTask(ledger, action, named)
  } catch (cause) {
    return refused('ledger.unavailable', (cause as Error).message) // reason: a ledger throws LedgerError
  }
  if (!task) {
    const why = `agent \`${action.target}\` waits for no answer in the task that is named: this run was not asked in it, or has answered already`
    return refused('agent.not-asked', why)
  }
  return withdraws === undefined ? { kind: 'says', text: String(text), continues: task } : { kind: 'withdraws', task }
}

const endings: Readonly<Record<AgentEnd, string>> = {
  failed: 'failed',
  rejected: 'rejected the task',
  canceled: 'cancelled the task itself',
  'input-required': 'asks for input',
  'auth-required': 'asks for authorization, which it cannot be given here',
}

const said = (words: string): string => (words === '' ? '' : `: ${words}`)
const given = (continues: WaitingTask | undefined): string => (continues ? 'answer' : 'task')
const nobodyAnswers = (target: string): string =>
  ` (nobody is there to answer; \`ask: { title: ... }\` on executor \`${target}\` lets a person)`

function timeoutOf(agents: GateOptions['agents'], target: string): number {
  return agents.timeoutMs(target) ?? defaultTimeoutMs
}

type Parts = Extract<AgentAnswer, { kind: 'answered' }>['parts']
const asJson = (part: Parts[number]): Json => ({ ...part })
