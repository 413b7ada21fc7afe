import { type Draw, isJsonObject, type JsonObject, type Outcome } from '@ecp/protocol'
import { HostError, type RpcError } from '../error.ts'
import { delegation } from './delegation.ts'
import type { Entered } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { modelTurn } from './model-turn.ts'
import { type Recordable, recordable, withResult } from './recordable.ts'
import { remember } from './remember.ts'
import type { PerformOptions } from './request.ts'
import { serverRequest } from './server-request.ts'
import { splitTarget } from './target.ts'

interface Limits extends PerformOptions {
  /** What the run may still use of its runtime budget. */
  readonly remainingMs?: number
}

interface Done {
  readonly outcome: Outcome
  readonly result?: JsonObject
  readonly rpcError?: RpcError
}

/**
 * Steps 5 and 6: does exactly what was decided, within its deadline, and records what came of it. Never throws. A write
 * whose answer did not come (cancelled, timed out, server gone) is `unknown`, because it may have happened.
 */
export async function carryOut(options: GateOptions, entered: Entered, limits: Limits): Promise<Done> {
  const { action } = entered
  const started = options.now()
  options.onStep?.('performing', action)
  const called: Called = await performer(action)(options, entered, limits)
  const { status, error, result, rpcError, draws, ...measured } = called
  options.onStep?.('performed', action)
  const at = options.now()
  const outcome: Outcome = { status, ...(error ? { error } : {}), durationMs: Math.max(0, at - started), ...measured }
  const done = await finish(options, entered, outcome, result, draws)
  return rpcError && done.outcome === outcome ? { ...done, rpcError } : done
}

/** Records an outcome; the result is given only when that succeeded: the asking side must not build on what is not on record. */
export async function finish(
  options: GateOptions,
  { action }: Entered,
  outcome: Outcome,
  result: Recordable | undefined,
  draws?: readonly Draw[],
): Promise<Done> {
  try {
    const at = options.now()
    const settling = draws ? { draws } : {}
    await options.ledger.finish({ run: action.run, action: action.id, at, ...withResult(outcome, result), ...settling })
  } catch (cause) {
    // The call was made and its intent is on record, but not what came of it.
    const message = `the call was made, but its outcome could not be recorded: ${(cause as Error).message}` // reason: a ledger throws LedgerError
    return { outcome: { ...outcome, status: 'unknown', error: { code: 'ledger.unavailable', message } } }
  }
  options.onStep?.('recorded', action)
  return isJsonObject(result?.value) ? { outcome, result: result.value } : { outcome }
}

/** A question is allowed with its answer, which came with the decision: there is nothing left to perform. */
async function unanswered(): Promise<Called> {
  return { status: 'failed', error: { code: 'question.unanswered', message: 'nobody has answered it' } }
}

interface Called extends Pick<Outcome, 'status' | 'error' | 'tokens' | 'costUsd'> {
  readonly result?: Recordable
  readonly rpcError?: RpcError
  readonly draws?: readonly Draw[]
}

type Performer = (options: GateOptions, entered: Entered, limits: Limits) => Promise<Called>

function performer({ kind }: Entered['action']): Performer {
  switch (kind) {
    case 'model.generate':
      return modelTurn
    case 'memory.read':
    case 'memory.write':
      return remember
    case 'human.ask':
      return unanswered
    case 'agent.delegate':
      return delegation
    default:
      return call
  }
}

async function call(options: GateOptions, { action, decision }: Entered, limits: Limits): Promise<Called> {
  const { redactor, servers } = options
  const { server, tool } = splitTarget(action.target)
  const { signal = new AbortController().signal, onProgress, onNotification, traceContext, session, ask } = limits
  const timeoutMs = Math.max(
    1,
    Math.min(options.timeoutMs(server, tool), limits.remainingMs ?? Number.POSITIVE_INFINITY),
  )
  if (signal.aborted) {
    return {
      status: 'cancelled',
      error: { code: 'server.cancelled', message: 'cancelled before the server heard of it' },
    }
  }
  const watching = {
    signal,
    timeoutMs,
    ...(session ? { session } : {}),
    ...(ask ? { ask } : {}),
    ...(onProgress ? { onProgress: (params: JsonObject) => onProgress(redactor.json(params)) } : {}),
    ...(onNotification
      ? { onNotification: (method: string, params: JsonObject) => onNotification(method, redactor.json(params)) }
      : {}),
  }
  try {
    const request = serverRequest(action, traceContext)
    if (request.method === 'resources/subscribe') {
      await servers.subscribe(server, tool, watching)
      return { status: 'completed', result: recordable({}) }
    }
    const raw = await servers.request(server, request, watching)
    const failed = action.kind === 'tool.call' && raw.isError === true
    return { status: failed ? 'failed' : 'completed', result: recordable(redactor.json(raw)) }
  } catch (cause) {
    const code = cause instanceof HostError ? cause.code : 'server.protocol'
    const message = redactor.text((cause as Error).message).toWellFormed() // reason: nothing here throws anything but Errors
    const rpcError =
      cause instanceof HostError && cause.rpc ? { rpcError: redactor.json({ ...cause.rpc }) as RpcError } : {} // reason: redaction keeps the shape
    return { status: statusOf(code, decision.acts === 'read'), error: { code, message }, ...rpcError }
  }
}

/** A server that did not start heard of nothing; any other failure leaves open what a write did. */
function statusOf(code: string, isRead: boolean): Outcome['status'] {
  if (code === 'server.start-failed') return 'failed'
  if (!isRead) return 'unknown'
  return code === 'server.cancelled' ? 'cancelled' : 'failed'
}
