import type {
  Action,
  ActionSettled,
  Decision,
  Enforcement,
  Json,
  LedgerRecord,
  Outcome,
  RecordBodies,
  RunStarted,
} from '@ecp/protocol'
import type { Approval } from '../approvals.ts'

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
  /** What a person said of an outcome that nobody knew. */
  readonly settled?: ActionSettled
  /** Where a person has or had a word in it: what it waits for, what it stands on, or what refused it. */
  readonly approvals: readonly Approval[]
}

/** What people were asked. */
export interface RecordedApprovals {
  /** All that were asked for in the run. */
  readonly asked: readonly Approval[]
  /** Any: a proposal can be applied in another run. */
  find(id: string): Approval | undefined
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

/**
 * Reads a run from the records of its chain, in their order. `blob` finds outcomes too large to stand in a record; approvals stand
 * in the ledger's chain, and so are given.
 */
export function recordedRun(
  run: string,
  records: Iterable<LedgerRecord>,
  blob: (digest: string) => string | undefined,
  approvals: RecordedApprovals = { asked: [], find: () => undefined },
): RecordedRun {
  const decided: { readonly body: RecordBodies['action.decided'] }[] = []
  const intended = new Map<string, number>()
  const finished = new Map<string, Finished>()
  const settled = new Map<string, ActionSettled>()
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
      case 'action.settled':
        settled.set(record.body.action, record.body)
        notes.push({ at: record.at, kind: record.kind, body: { ...record.body } })
        break
      case 'proposal.made':
        break // the decision says it
      default:
        notes.push({ at: record.at, kind: record.kind, body: record.body as Json }) // reason: bodies are JSON
    }
  }
  const asked = Map.groupBy(approvals.asked, ({ kind, digest }) => `${kind} ${digest}`)
  return {
    run,
    ...(start ? { start: start.body } : {}),
    startedAt: start?.at ?? first ?? 0,
    ...(end ? { endedAt: end.at } : {}),
    status: end?.status ?? 'running',
    actions: decided.map(({ body }) => ({
      ...recordedAction(body, intended.get(body.action.id), finished.get(body.action.id), settled.get(body.action.id)),
      approvals: approvalsOf(body, asked, approvals.find),
    })),
    notes,
  }
}

function recordedAction(
  { action, decision, enforcement }: RecordBodies['action.decided'],
  intendedAt: number | undefined,
  finished: Finished | undefined,
  settled: ActionSettled | undefined,
): Omit<RecordedAction, 'approvals'> {
  return {
    action,
    decision,
    enforcement,
    ...(intendedAt === undefined ? {} : { intendedAt }),
    ...(finished ? { outcome: finished.outcome, finishedAt: finished.at } : {}),
    ...(settled ? { settled } : {}),
  }
}

/** Those that the decision was made with, and the one that it waits for: the newest for exactly this action. */
function approvalsOf(
  { action, decision, answers = [] }: RecordBodies['action.decided'],
  asked: ReadonlyMap<string, readonly Approval[]>,
  find: RecordedApprovals['find'],
): readonly Approval[] {
  const given = answers.flatMap(({ id }) => find(id) ?? [])
  const kind = decision.effect === 'hold' ? 'hold' : decision.effect === 'propose' ? 'proposal' : undefined
  if (kind === undefined) return given
  const waiting = (asked.get(`${kind} ${action.digest}`) ?? [])
    .filter((one) => one.policyDigest === decision.policyDigest)
    .filter((one) => one.executor === action.executor && one.principal === action.principal)
    .filter(({ requestedAt }) => requestedAt <= action.at)
    .reduce<Approval | undefined>((a, b) => (a && a.requestedAt >= b.requestedAt ? a : b), undefined)
  return waiting ? [...given, waiting] : given
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
