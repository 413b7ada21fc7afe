import { type Ledger, LedgerError } from '@ecp/ledger'
import { acts, counters, decide, draws, mayNeedApproval, withinRun } from '@ecp/policy'
import type { Action, ActionKind, Acts, Counters, Decision, Enforcement } from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import type { Redactor } from '../secrets/redactor.ts'
import { type Answered, answered } from './answered.ts'
import type { Governed } from './governed.ts'
import { normalise } from './normalise.ts'
import { decideWithPeople, heldAs } from './people.ts'
import { isOnlyRehearsed } from './rehearse.ts'
import type { ActionRequest, Step } from './request.ts'

/** What the Gate is made of. Time and ids come in as functions. */
export interface GateParts {
  readonly ledger: Ledger
  readonly redactor: Redactor
  readonly principal: string
  readonly context: Action['context']
  /** Names this process in the ledger, so that another one can tell what it left in flight. */
  readonly owner: string
  now(): number
  /** UUIDv7 (RFC 9562) for this time. */
  newId(at: number): string
  /** The run that an action of this executor belongs to at this time. */
  run(executor: string, at: number): Promise<string>
  /** Somebody has ended this run: whether the executor's next action begins another one. */
  runEnded(executor: string, run: string): Promise<boolean>
  /** That run, if it goes on already. */
  findRun(executor: string, at: number): Promise<string | undefined>
  /** Makes sure that the target's server was asked what its tools are since it was last started. Never throws. */
  observe(action: Action): Promise<void>
  governed(): Governed
  /** Whose word counts. */
  readonly approvers: Approvers
  onStep?(step: Step, action: Action): void
}

/** An action with its recorded decision. */
export interface Entered {
  /** Where a held or proposed action waits for a person: the id of its approval. */
  readonly waiting?: string
  readonly action: Action
  readonly decision: Decision
  /** What came of a question that a person has answered: on record with the decision, in one transaction. */
  readonly answered?: Answered
  readonly counters: Counters
  readonly governed: Governed
}

/**
 * Steps 1 to 4: normalise, decide, record, and for an allowed write the intent, all durable when this returns. Never
 * throws: whatever fails on the way is a deny that says why.
 */
export async function enter(
  parts: GateParts,
  request: ActionRequest<ActionKind>,
  enforcement: Enforcement,
): Promise<Entered> {
  const at = parts.now()
  const id = parts.newId(at)
  let action = normalise(
    request,
    { id, run: '', principal: parts.principal, context: parts.context, at },
    parts.redactor,
  )
  let governed = parts.governed()
  try {
    action = { ...action, run: await parts.run(action.executor, at) }
    parts.onStep?.('normalised', action)
    await parts.observe(action)
    governed = parts.governed()
    const recorded = await record(parts, governed, {
      action,
      enforcement,
      applied: request.applied,
    })
    parts.onStep?.('decided', action)
    return { action, governed, ...recorded }
  } catch (cause) {
    const isOver = cause instanceof LedgerError && cause.code === 'ledger.run-ended'
    if (isOver && (await parts.runEnded(action.executor, action.run))) return enter(parts, request, enforcement)
    return { action, governed, decision: unavailable(governed, cause), counters: {} }
  }
}

interface Asked {
  readonly action: Action
  readonly enforcement: Enforcement
  readonly applied: string | undefined
}

async function record(
  parts: GateParts,
  governed: Governed,
  { action, enforcement, applied }: Asked,
): Promise<Pick<Entered, 'decision' | 'counters' | 'waiting' | 'answered'>> {
  const { policy, catalogue, policyDigest } = governed
  // What another program executes is intended, reads too: if that program never says what came of it, nobody knows.
  const intends = (acting: Acts) => enforcement !== 'rehearsed' && (acting !== 'read' || enforcement === 'authorized')
  const { digest, run, executor, principal } = action
  const subject = { digest, policyDigest, run, executor, principal }
  const isGrantable = action.kind === 'tool.call' && applied === undefined
  const grantable = isGrantable ? { grantable: { target: action.target, policyDigest, run, executor, principal } } : {}
  let waiting: string | undefined
  let done: Answered | undefined
  const { decided } = await parts.ledger.decide({
    run,
    owner: parts.owner,
    at: action.at,
    queries: counters(policy, catalogue, action),
    durable: intends(acts(policy, catalogue, action)),
    blobs: governed.blobs,
    // A rehearsal asks nobody, and uses up nothing that people have given.
    ...(enforcement !== 'rehearsed' && mayNeedApproval(policy, catalogue, action)
      ? { subject, heldAs: heldAs(action), ...grantable }
      : {}),
    ...(applied === undefined ? {} : { applied }),
    decide: (read, found) => {
      parts.onStep?.('deciding', action)
      const people = decideWithPeople(action, found, parts.approvers, (answers) =>
        decide(policy, catalogue, read, action, { enforcement, answers }),
      )
      const { decision, answers, used, requested, granted } = people
      const isRehearsed = enforcement === 'rehearsed'
      if (!isRehearsed) waiting = people.waiting
      done = people.answer && enforcement === 'performed' ? answered(parts.redactor, people.answer) : undefined
      const taken = draws(policy, catalogue, action, decision)
      const decided = {
        action,
        counters: read,
        decision,
        draws: isRehearsed && isOnlyRehearsed(action, decision) ? withinRun(action, taken) : taken,
        policy: governed.policyBlob,
        catalogue: governed.catalogueBlob,
        enforcement,
        ...(answers.length > 0 ? { answers } : {}),
      }
      if (isRehearsed) return { decided }
      const asked = requested ? { requested } : {}
      if (decision.effect === 'propose') {
        return { decided, ...asked, proposed: { action: action.id, digest, target: action.target } }
      }
      if (decision.effect !== 'allow') return { decided, ...asked }
      const grant = granted === undefined ? {} : { grant: granted }
      const spent = { ...(used.length > 0 ? { used } : {}), ...(granted === undefined ? {} : { granted }) }
      if (done) return { decided, ...spent, finished: done.finished }
      if (!intends(decision.acts)) return { decided, ...spent }
      const approval = used[0] === undefined ? {} : { approval: used[0] }
      return { decided, ...spent, intended: { action: action.id, digest, ...approval, ...grant } }
    },
  })
  const { decision, counters: values } = decided
  const said = { ...(waiting === undefined ? {} : { waiting }), ...(done ? { answered: done } : {}) }
  return { decision, counters: values, ...said }
}

/** A deny for want of a record: nothing is performed that could not be written down before. */
export function unavailable(governed: Governed, cause: unknown): Decision {
  const why =
    cause instanceof LedgerError ? cause.message : `the decision could not be taken: ${(cause as Error).message}` // reason: nothing here throws anything but Errors
  return {
    effect: 'deny',
    acts: 'neither',
    reasons: [{ code: 'ledger.unavailable', layer: 'run', message: why }],
    policyDigest: governed.policyDigest,
  }
}
