import { isJsonObject, type JsonObject, type Outcome } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Entered } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { type Recordable, recordable, withResult } from './recordable.ts'

interface Limits {
  readonly signal: AbortSignal
  /** What the run may still use of its runtime budget. */
  readonly remainingMs?: number
  readonly onProgress?: (params: JsonObject) => void
}

/**
 * Steps 5 and 6: does exactly what was decided, within its deadline, and records what came of it. Never throws. A write
 * whose answer did not come (cancelled, timed out, server gone) is `unknown`, because it may have happened.
 */
export async function carryOut(
  options: GateOptions,
  entered: Entered,
  limits: Limits,
): Promise<{ readonly outcome: Outcome; readonly result?: JsonObject }> {
  const { action } = entered
  const started = options.now()
  options.onStep?.('performing', action)
  const { status, error, result } = await call(options, entered, limits)
  options.onStep?.('performed', action)
  const at = options.now()
  const outcome: Outcome = { status, ...(error ? { error } : {}), durationMs: Math.max(0, at - started) }
  try {
    await options.ledger.finish({ run: action.run, action: action.id, at, ...withResult(outcome, result) })
  } catch (cause) {
    // The call was made and its intent is on record, but not what came of it: the asking side must not build on it.
    const message = `the call was made, but its outcome could not be recorded: ${(cause as Error).message}` // reason: a ledger throws LedgerError
    return { outcome: { ...outcome, status: 'unknown', error: { code: 'ledger.unavailable', message } } }
  }
  options.onStep?.('recorded', action)
  return isJsonObject(result?.value) ? { outcome, result: result.value } : { outcome }
}

interface Called extends Pick<Outcome, 'status' | 'error'> {
  readonly result?: Recordable
}

async function call(options: GateOptions, { action, decision }: Entered, limits: Limits): Promise<Called> {
  const { server, tool } = splitTarget(action.target)
  const { signal, onProgress, remainingMs = Number.POSITIVE_INFINITY } = limits
  const timeoutMs = Math.max(1, Math.min(options.timeoutMs(server, tool), remainingMs))
  if (signal.aborted) {
    return {
      status: 'cancelled',
      error: { code: 'server.cancelled', message: 'cancelled before the server heard of it' },
    }
  }
  try {
    const raw = await options.servers.call(server, tool, action.arguments, {
      signal,
      timeoutMs,
      ...(onProgress ? { onProgress: (params: JsonObject) => onProgress(options.redactor.json(params)) } : {}),
    })
    return { status: raw.isError === true ? 'failed' : 'completed', result: recordable(options.redactor.json(raw)) }
  } catch (cause) {
    const code = cause instanceof HostError ? cause.code : 'server.protocol'
    const message = options.redactor.text((cause as Error).message).toWellFormed() // reason: nothing here throws anything but Errors
    return { status: statusOf(code, decision.acts === 'read'), error: { code, message } }
  }
}

/** A server that did not start heard of nothing; any other failure leaves open what a write did. */
function statusOf(code: string, isRead: boolean): Outcome['status'] {
  if (code === 'server.start-failed') return 'failed'
  if (!isRead) return 'unknown'
  return code === 'server.cancelled' ? 'cancelled' : 'failed'
}

/** `server:tool`, split at the first colon. */
export function splitTarget(target: string): { readonly server: string; readonly tool: string } {
  const colon = target.indexOf(':')
  return colon < 0 ? { server: '', tool: target } : { server: target.slice(0, colon), tool: target.slice(colon + 1) }
}
