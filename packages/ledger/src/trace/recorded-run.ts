import type {
  Action,
  Decision,
  Enforcement,
  Json,
  LedgerRecord,
  Outcome,
  RecordBodies,
  RunStarted,
} from '@ecp/protocol'

/** One action of a run, put together from its records. */
export interface RecordedAction {
  readonly action: Action
  readonly decision: Decision
  readonly enforcement: Enforcement
  /** When its intent was made durable; only writes have one. */
  readonly intendedAt?: number
  /** Missing while it is in flight. Denied, held and proposed actions have none: nothing came of them. */
  readonly outcome?: Outcome
  readonly finishedAt?: number
}

/** Something else that the run's chain or the ledger's says of it. */
export interface RecordedNote {
  readonly at: number
  readonly kind: LedgerRecord['kind']
  readonly body: Json
}

/** A run as its records tell it. */
export interface RecordedRun {
  readonly run: string
  readonly start?: RunStarted
  readonly startedAt: number
  readonly endedAt?: number
  /** `running` until it was ended. */
  readonly status: string
  /** In the order in which they were decided. */
  readonly actions: readonly RecordedAction[]
  readonly notes: readonly RecordedNote[]
}

type Finished = { readonly outcome: Outcome; readonly at: number }

/** Reads a run from the records of its chain, in their order. `blob` finds outcomes too large to stand in a record. */
export function recordedRun(
  run: string,
  records: Iterable<LedgerRecord>,
  blob: (digest: string) => string | undefined,
): RecordedRun {
  const decided: { readonly body: RecordBodies['action.decided'] }[] = []
  const intended = new Map<string, number>()
  const finished = new Map<string, Finished>()
  const notes: RecordedNote[] = []
  let start: { readonly body: RunStarted; readonly at: number } | undefined
  let end: { readonly status: string; readonly at: number } | undefined
  let first: number | undefined
  for (const record of records) {
    first ??= record.at
    switch (record.kind) {
      case 'run.started':
        start = record
        break
      case 'run.ended':
        end = { status: record.body.status, at: record.at }
        break
      case 'action.decided':
        decided.push(record)
        break
      case 'action.intended':
        intended.set(record.body.action, record.at)
        break
      case 'action.finished':
        finished.set(record.body.action, { outcome: wholeOutcome(record.body, blob), at: record.at })
        break
      case 'proposal.made':
        break // the decision says it
      default:
        notes.push({ at: record.at, kind: record.kind, body: record.body as Json }) // reason: bodies are JSON
    }
  }
  return {
    run,
    ...(start ? { start: start.body } : {}),
    startedAt: start?.at ?? first ?? 0,
    ...(end ? { endedAt: end.at } : {}),
    status: end?.status ?? 'running',
    actions: decided.map(({ body }) =>
      recordedAction(body, intended.get(body.action.id), finished.get(body.action.id)),
    ),
    notes,
  }
}

function recordedAction(
  { action, decision, enforcement }: RecordBodies['action.decided'],
  intendedAt: number | undefined,
  finished: Finished | undefined,
): RecordedAction {
  return {
    action,
    decision,
    enforcement,
    ...(intendedAt === undefined ? {} : { intendedAt }),
    ...(finished ? { outcome: finished.outcome, finishedAt: finished.at } : {}),
  }
}

/** The outcome, with its result back in place where that was large enough to be kept apart. */
function wholeOutcome(
  { outcome, blob: digest }: RecordBodies['action.finished'],
  blob: (digest: string) => string | undefined,
): Outcome {
  const text = digest === undefined ? undefined : blob(digest)
  if (text === undefined) return outcome
  try {
    return { ...outcome, result: JSON.parse(text) as Json } // reason: JSON parses to Json
  } catch {
    return outcome // a blob that was tampered with: verify names it
  }
}
