import { used } from '@ecp/policy'
import type { Draw, Outcome } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { readTurn } from '../models/read-turn.ts'
import type { Entered } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { type Recordable, recordable } from './recordable.ts'
import type { PerformOptions } from './request.ts'

/** What came of a model turn, to be recorded. */
interface TurnDone extends Pick<Outcome, 'status' | 'error' | 'tokens' | 'costUsd'> {
  readonly result?: Recordable
  /** What it really used of what it reserved. */
  readonly draws?: readonly Draw[]
}

/** Longest time of a model turn, retries included, in milliseconds. */
const turnTimeoutMs = 600_000

/**
 * Asks the model for exactly the turn that was decided, within its deadline. Never throws. A turn that failed used what it
 * reserved: what a provider counted of it nobody knows.
 */
export async function modelTurn(
  { models, redactor }: GateOptions,
  { action, decision, governed }: Entered,
  { signal, onText, remainingMs = turnTimeoutMs }: PerformOptions & { readonly remainingMs?: number },
): Promise<TurnDone> {
  const timeoutMs = Math.max(1, Math.min(turnTimeoutMs, remainingMs))
  const timeout = new AbortController()
  const timer = setTimeout(() => {
    const message = `model \`${action.target}\` did not answer within ${timeoutMs} ms`
    timeout.abort(new HostError('model.failed', message))
  }, timeoutMs)
  const told = redactor.stream()
  const tell = (piece: string) => {
    if (piece !== '') onText?.(piece)
  }
  try {
    signal?.throwIfAborted()
    const reply = await models.generate(action.target, readTurn(action.arguments), {
      executor: action.executor,
      signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
      onText: (piece) => tell(told.write(piece)),
    })
    tell(told.end())
    const { tokens } = reply
    const { draws, costUsd } = used(governed.policy, governed.catalogue, action, decision, tokens)
    const result = recordable(redactor.json({ ...reply, calls: reply.calls.map((call) => ({ ...call })) }))
    return { status: 'completed', result, tokens, draws, ...(costUsd === undefined ? {} : { costUsd }) }
  } catch (cause) {
    if (signal?.aborted) {
      const message = 'cancelled before the model had answered'
      return { status: 'cancelled', error: { code: 'model.cancelled', message } }
    }
    const code = cause instanceof HostError ? cause.code : 'model.protocol'
    const message = redactor.text((cause as Error).message).toWellFormed() // reason: nothing here throws anything but Errors
    return { status: 'failed', error: { code, message } }
  } finally {
    clearTimeout(timer)
  }
}
