import type { Host } from '@ecp/host'
import { entryPoint, executorsOf, type Json, type JsonObject, type Pause } from '@ecp/protocol'
import { checkReady } from './check-ready.ts'
import { emitted } from './data/emitted.ts'
import { type FailureCode, RuntimeError } from './error.ts'
import { pauseOf } from './pause-of.ts'
import type { RunEvent } from './progress.ts'
import type { Attend, Running, Waiting } from './running.ts'
import { runNode } from './strategies/run-node.ts'
import { TimeLimit } from './time-limit.ts'
import { refuseUnsupported } from './unsupported.ts'
import { watchCancelled } from './watch-cancelled.ts'

export interface RunOptions {
  /** The boundary, opened for this run alone: `Machine.admit` with `run` starts it, `Machine.resume` goes on with it. */
  readonly host: Host
  /** The id that the boundary was opened with: a UUIDv7 (RFC 9562). */
  readonly run: string
  /**
   * Aborted to cancel the run: what is in flight ends, and that is on record. With the reason `new RuntimeError('run.interrupted',
   * ...)` it is paused instead, and can be resumed.
   */
  readonly signal?: AbortSignal
  /** How long (ms) a held action waits for a person; missing: not at all. */
  readonly waitMs?: number
  /** Asked about everything that waits; missing: nobody is there. */
  readonly attend?: Attend
  now?(): number
  onEvent?(event: RunEvent): void
}

export type RunStatus = 'completed' | 'failed' | 'denied' | 'cancelled' | Pause

/** What a run came to. With a status of `Pause` it has not ended in the ledger, and can be resumed. */
export interface RunResult {
  readonly run: string
  readonly status: RunStatus
  readonly output?: Json
  readonly failure?: { readonly code: FailureCode; readonly message: string }
  /** With `waiting`: what a person has to answer first. */
  readonly waiting?: readonly Waiting[]
}

const defaults = { maxDelegations: 20, maxExecutors: 8 }

/**
 * Runs the Context that a boundary was opened for, from its entry point to its end, and writes down both. A run that is resumed goes
 * the same way again: the Gate answers what is on record. Whatever fails is in the result. Throws before anything starts:
 * `run.unsupported`, `HostError` for a model that could not be asked, `LedgerError` for a run that another process carries; and
 * `LedgerError` where not even a failure can be recorded.
 */
export async function runContext(options: RunOptions): Promise<RunResult> {
  const { host, run, signal, onEvent, now = Date.now } = options
  const { manifest } = host
  const nodes = executorsOf(manifest)
  refuseUnsupported(manifest, nodes, (executor) => host.runsElsewhere(executor))
  await checkReady(host, nodes)
  const limits = manifest.orchestration?.defaults ?? {}
  const ending = new AbortController()
  const { timeoutMs } = limits
  const time = new TimeLimit({ limitMs: timeoutMs, now, onOver: () => ending.abort(late(timeoutMs)) })
  const running: Running = {
    host,
    run,
    nodes,
    schemas: (manifest.schemas ?? {}) as Readonly<Record<string, JsonObject>>, // reason: it was read as JSON
    signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
    limits: {
      maxDelegations: limits.maxDelegations ?? defaults.maxDelegations,
      maxExecutors: limits.maxExecutors ?? defaults.maxExecutors,
    },
    waitMs: options.waitMs ?? 0,
    ...(options.attend ? { attend: options.attend } : {}),
    now,
    time,
    emit: (event) => onEvent?.(event),
    stop: {},
    waiting: [],
    outputs: new Map(),
  }
  await host.begin(now())
  time.begin(host.carriedMs())
  const unwatch = watchCancelled(host.ledger, run, () => ending.abort(cancelled()))
  try {
    const result = await runned(running)
    await writeDown(running, result)
    return result
  } finally {
    unwatch()
    time.end()
  }
}

async function runned(running: Running): Promise<RunResult> {
  const { host, run, waiting } = running
  const node = entryPoint(host.manifest)
  try {
    const output = await runNode(running, { node, path: 'root', given: new Map() })
    refuseMissing(running)
    return { run, status: 'completed', output: emitted(running, output) }
  } catch (cause) {
    const { code, message } = failureOf(cause, running.signal)
    const status = statusOf(code)
    return { run, status, failure: { code, message }, ...(status === 'waiting' ? { waiting: [...waiting] } : {}) }
  }
}

/** The end of the run, or why it is paused. */
async function writeDown({ host, run, now }: Running, result: RunResult): Promise<void> {
  const { status, output, failure, waiting } = result
  const pause = failure && pauseOf(failure.code)
  if (failure === undefined || pause === undefined) {
    await host.ledger.endRun(run, now(), status, output ?? failure?.message ?? null)
    return
  }
  const approvals = waiting ? { approvals: [...new Set(waiting.map(({ approval }) => approval))] } : {}
  await host.ledger.pauseRun(run, now(), { status: pause, message: failure.message.slice(0, 2_000), ...approvals })
}

/** `requires`: an output of each of these schemas must be there. */
function refuseMissing({ host, nodes, outputs }: Running): void {
  for (const schema of host.manifest.orchestration?.requires ?? []) {
    const makers = nodes.filter(({ executor }) => executor.outputSchemaRef === `#/schemas/${schema}`)
    if (makers.some(({ name }) => outputs.has(name))) continue
    throw new RuntimeError(
      'run.requirement-missing',
      `the Context requires an output of schema \`${schema}\`, and there is none`,
    )
  }
}

function failureOf(cause: unknown, signal: AbortSignal): RuntimeError {
  if (cause instanceof RuntimeError) return cause
  if (signal.aborted && signal.reason instanceof RuntimeError) return signal.reason
  if (signal.aborted) return cancelled()
  throw cause
}

function statusOf(code: FailureCode): RunStatus {
  const pause = pauseOf(code)
  if (pause !== undefined) return pause
  return code === 'run.denied' ? 'denied' : code === 'run.cancelled' ? 'cancelled' : 'failed'
}

function cancelled(): RuntimeError {
  return new RuntimeError('run.cancelled', 'the run was cancelled')
}

function late(timeoutMs: number | undefined): RuntimeError {
  return new RuntimeError(
    'run.timeout',
    `the run took longer than ${timeoutMs} ms (\`orchestration.defaults.timeoutMs\`)`,
  )
}
