import { isJsonObject, type Json, type Outcome } from '@ecp/protocol'
import type { AgentAnswer, AgentEnd } from '../agents/agents.ts'
import type { Entered } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { type Recordable, recordable } from './recordable.ts'
import type { PerformOptions } from './request.ts'

interface Delegated extends Pick<Outcome, 'status' | 'error'> {
  readonly result?: Recordable
}

/** Longest time of a task, in milliseconds, where neither wiring nor budgets say less. */
const defaultTimeoutMs = 600_000

/**
 * Gives a task to the agent elsewhere that works as this executor, within its deadline. Never throws. What was sent and has no
 * certain end is `unknown`: it may have happened, or happen still.
 */
export async function delegation(
  { agents, redactor }: GateOptions,
  { action, governed }: Entered,
  { signal, remainingMs }: PerformOptions & { readonly remainingMs?: number },
): Promise<Delegated> {
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
  const text = isJsonObject(action.arguments) ? action.arguments.text : undefined
  if (typeof text !== 'string')
    return failed('context.arguments-invalid', 'a delegation says what is to be done: `text`')
  const own = worker.policies.value.budgets?.maxRuntimeSeconds
  const limits = [remainingMs, own === undefined ? undefined : own * 1_000, timeoutOf(agents, target)]
  const timeoutMs = Math.max(1, Math.min(...limits.filter((ms) => ms !== undefined)))
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), timeoutMs)
  try {
    const ending = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal
    const answer = await agents.ask(target, { text, id }, { signal: ending })
    switch (answer.kind) {
      case 'answered':
        return { status: 'completed', result: recordable(redactor.json({ parts: answer.parts.map(asJson) })) }
      case 'ended':
        return failed(`agent.${answer.end}`, `agent \`${target}\` ${endings[answer.end]}${said(answer.words)}`)
      case 'refused':
        return failed(answer.code, `agent \`${target}\` was not given the task: ${answer.why}`)
      case 'cancelled':
        if (signal?.aborted) return failed('agent.cancelled', `agent \`${target}\` has stopped`, 'cancelled')
        return failed('agent.timeout', `agent \`${target}\` was not ready within ${timeoutMs} ms, and has stopped`)
      case 'lost':
        return failed('agent.lost', `agent \`${target}\` was given the task: ${answer.why}`, 'unknown')
    }
  } finally {
    clearTimeout(timer)
  }
}

const endings: Readonly<Record<AgentEnd, string>> = {
  failed: 'failed',
  rejected: 'rejected the task',
  canceled: 'cancelled the task itself',
  'input-required': 'asks for input, which it cannot be given here',
  'auth-required': 'asks for authorization, which it cannot be given here',
}

const said = (words: string): string => (words === '' ? '' : `: ${words}`)

function timeoutOf(agents: GateOptions['agents'], target: string): number {
  return agents.timeoutMs(target) ?? defaultTimeoutMs
}

type Parts = Extract<AgentAnswer, { kind: 'answered' }>['parts']
const asJson = (part: Parts[number]): Json => ({ ...part })
