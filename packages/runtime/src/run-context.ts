import type { Host, ModelOverride } from '@ecp/host'
import { entryPoint, executorsOf, type Json, type JsonObject } from '@ecp/protocol'
import { checkReady } from './check-ready.ts'
import { emitted } from './data/emitted.ts'
import { type FailureCode, RuntimeError } from './error.ts'
import type { RunEvent } from './progress.ts'
import type { Attend, Running } from './running.ts'
import { runNode } from './strategies/run-node.ts'
import { refuseUnsupported } from './unsupported.ts'

export interface RunOptions {
  /** The boundary, opened for this run alone (`Admission.run`). */
  readonly host: Host
  /** The id that the boundary was opened with: a UUIDv7 (RFC 9562). */
  readonly run: string
  readonly override?: ModelOverride
  /** Aborted to cancel the run: what is in flight ends, and that is on record. */
  readonly signal?: AbortSignal
  /** How long (ms) a held action waits for a person; missing: not at all. */
  readonly waitMs?: number
  /** Asked about everything that waits; missing: nobody is there. */
  readonly attend?: Attend
  now?(): number
  onEvent?(event: RunEvent): void
}

export type RunStatus = 'completed' | 'failed' | 'denied' | 'waiting' | 'unknown' | 'cancelled'

/** What a run came to. */
export interface RunResult {
  readonly run: string
  readonly status: RunStatus
  readonly output?: Json
  readonly failure?: { readonly code: FailureCode; readonly message: string }
}

const defaults = { maxDelegations: 20, maxExecutors: 8 }

/**
 * Runs the Context that a boundary was opened for, from its entry point to its end, and writes down both. Whatever fails is in
 * the result. Throws before anything starts: `run.unsupported`, and `HostError` for a model that could not be asked; and `LedgerError`
 * where not even a failure can be recorded.
 */
export async function runContext(options: RunOptions): Promise<RunResult> {
  const { host, run, signal, onEvent, now = Date.now } = options
  const { manifest } = host
  const nodes = executorsOf(manifest)
  refuseUnsupported(manifest, nodes, (executor) => host.runsElsewhere(executor))
  await checkReady(host, nodes, options.override)
  const limits = manifest.orchestration?.defaults ?? {}
  const timeout = new AbortController()
  const timer =
    limits.timeoutMs === undefined
      ? undefined
      : setTimeout(() => timeout.abort(late(limits.timeoutMs)), limits.timeoutMs)
  const running: Running = {
    host,
    run,
    nodes,
    schemas: (manifest.schemas ?? {}) as Readonly<Record<string, JsonObject>>, // reason: it was read as JSON
    override: options.override ?? {},
    signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
    limits: {
      maxDelegations: limits.maxDelegations ?? defaults.maxDelegations,
      maxExecutors: limits.maxExecutors ?? defaults.maxExecutors,
    },
    waitMs: options.waitMs ?? 0,
    ...(options.attend ? { attend: options.attend } : {}),
    now,
    emit: (event) => onEvent?.(event),
    outputs: new Map(),
  }
  const result = await runned(running)
  clearTimeout(timer)
  await host.ledger.endRun(run, now(), result.status, result.output ?? result.failure?.message ?? null)
  return result
}

async function runned(running: Running): Promise<RunResult> {
  const { host, run, now } = running
  const node = entryPoint(host.manifest)
  try {
    await host.begin(now())
    const output = await runNode(running, { node, path: 'root', given: new Map() })
    refuseMissing(running)
    return { run, status: 'completed', output: emitted(running, output) }
  } catch (cause) {
    const failure = failureOf(cause, running.signal)
    return { run, status: statusOf(failure.code), failure: { code: failure.code, message: failure.message } }
  }
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
  if (signal.aborted) return new RuntimeError('run.cancelled', 'the run was cancelled')
  throw cause
}

function statusOf(code: FailureCode): RunStatus {
  switch (code) {
    case 'run.denied':
      return 'denied'
    case 'run.waiting':
      return 'waiting'
    case 'run.unknown':
      return 'unknown'
    case 'run.cancelled':
      return 'cancelled'
    default:
      return 'failed'
  }
}

function late(timeoutMs: number | undefined): RuntimeError {
  return new RuntimeError(
    'run.timeout',
    `the run took longer than ${timeoutMs} ms (\`orchestration.defaults.timeoutMs\`)`,
  )
}
