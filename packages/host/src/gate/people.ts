import type { Approval, FoundApprovals } from '@ecp/ledger'
import { grantFits } from '@ecp/policy'
import {
  type Action,
  type ApprovalKind,
  type ApprovalRequested,
  type ApprovalTerms,
  type Decision,
  type GrantAnswer,
  type Json,
  type PersonAnswer,
  questionIn,
} from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import { answerTo, isApprovedBy } from '../approvals/judge.ts'
import { isGivenBy } from '../grants/judge.ts'

/** A decision together with what people have said, and what follows from it for approvals. */
export interface WithPeople {
  readonly decision: Decision
  /** The inputs of the decision, to be recorded with it. */
  readonly answers: readonly PersonAnswer[]
  /** Approvals that the allow stands on. */
  readonly used: readonly string[]
  /** What a person answered the question of an allow with. */
  readonly answer?: QuestionAnswer
  /** The grant that the allow stands on. */
  readonly granted?: string
  /** A person is to be asked, and nobody was yet. */
  readonly requested?: ApprovalRequested
  /** Where a held or proposed action waits. */
  readonly waiting?: string
}

/** A person's answer to a question, and whose it is. */
export interface QuestionAnswer {
  readonly value: Json
  readonly by: string
}

/**
 * Decides, and where a person has a word in it, decides again with that word (decisions.md, Approvals): an approval is looked
 * at only for what would be held, counts only with the signatures that the terms ask for, and is used only by an allow. Where
 * nobody has said anything that counts of exactly this action, a grant may let it happen.
 */
export function decideWithPeople(
  action: Action,
  found: FoundApprovals,
  approvers: Approvers,
  decide: (answers: readonly PersonAnswer[]) => Decision,
): WithPeople {
  const applied: PersonAnswer[] = []
  let decision = decide(applied)
  if (decision.effect === 'propose' && decision.approval && found.proposal) {
    const isSame = isOf(found.proposal, action, decision)
    if (!isSame || !isApprovedBy(found.proposal, decision.approval, approvers)) {
      return { decision, answers: [], used: [], waiting: found.proposal.approval }
    }
    applied.push({ kind: 'proposal', id: found.proposal.approval })
    decision = decide(applied)
  }
  const used = applied.map(({ id }) => id)
  const { held, proposed } = found
  if (decision.effect === 'hold' && decision.approval) {
    const isRefusal = held?.state === 'denied'
    if (heldAs(action) === 'question') return askedPerson(action, decision, held, approvers, decide)
    const isApproval = held && isFor(held, action, decision) && isApprovedBy(held, decision.approval, approvers)
    if (held && (isRefusal || isApproval)) {
      const word: PersonAnswer = { kind: isRefusal ? 'refusal' : 'approval', id: held.approval }
      const answers = [...applied, word]
      const again = decide(answers)
      const spent = isRefusal ? used : [...used, word.id]
      return { decision: again, answers, used: again.effect === 'allow' ? spent : [] }
    }
    // A person who applies a proposal has to be asked whatever was granted to the agent.
    const grant = applied.length > 0 ? undefined : grantFor(action, found, decision, decision.approval, approvers)
    const again = grant && decide([grant])
    if (grant && again?.effect === 'allow') return { decision: again, answers: [grant], used: [], granted: grant.id }
    if (!held) return asking(action, decision, applied, 'hold')
    return { decision, answers: applied, used: [], waiting: held.approval }
  }
  if (decision.effect === 'propose') {
    if (proposed) return { decision, answers: applied, used: [], waiting: proposed.approval }
    return asking(action, decision, applied, 'proposal')
  }
  return { decision, answers: applied, used: decision.effect === 'allow' ? used : [] }
}

/** As what a person is asked about an action that is held. */
export function heldAs({ kind }: Pick<Action, 'kind'>): Extract<ApprovalKind, 'hold' | 'question'> {
  return kind === 'human.ask' ? 'question' : 'hold'
}

/** A question waits until somebody whose word counts has answered it, with a value that fits it, or has said no. */
function askedPerson(
  action: Action,
  decision: Decision,
  held: Approval | undefined,
  approvers: Approvers,
  decide: (answers: readonly PersonAnswer[]) => Decision,
): WithPeople {
  if (!held) return asking(action, decision, [], 'question')
  const terms = decision.approval
  const answer =
    terms && isFor(held, action, decision) ? answerTo(held, terms, approvers, questionIn(action.arguments)) : undefined
  const isRefusal = held.state === 'denied'
  if (!isRefusal && !answer) return { decision, answers: [], used: [], waiting: held.approval }
  const answers: readonly PersonAnswer[] = [{ kind: isRefusal ? 'refusal' : 'answer', id: held.approval }]
  const again = decide(answers)
  if (again.effect !== 'allow' || !answer) return { decision: again, answers, used: [] }
  return { decision: again, answers, used: [held.approval], answer }
}

/** The first grant that fits the action and that people have given. */
function grantFor(
  action: Action,
  { grants = [] }: FoundApprovals,
  { policyDigest }: Decision,
  terms: ApprovalTerms,
  approvers: Approvers,
): GrantAnswer | undefined {
  for (const grant of grants) {
    const answer: GrantAnswer = { kind: 'grant', id: grant.grant, terms: grant.terms, used: grant.used }
    if (grantFits(answer, action, policyDigest, terms) && isGivenBy(grant, terms, approvers)) return answer
  }
  return undefined
}

function asking(action: Action, decision: Decision, answers: readonly PersonAnswer[], kind: ApprovalKind): WithPeople {
  const terms: ApprovalTerms = decision.approval ?? { expiresAfter: dayMs, approvers: [], quorum: 1 }
  const { id, digest, run, executor, principal, target, at } = action
  const { policyDigest } = decision
  const subject = { digest, policyDigest, run, executor, principal }
  const expiresAt = at + terms.expiresAfter
  const requested = { approval: id, kind, action: id, target, terms, expiresAt, ...subject }
  return { decision, answers, used: [], requested, waiting: id }
}

const dayMs = 86_400_000

/** Whether an approval is for exactly this action: how the ledger's tables found it proves nothing. */
function isFor(held: Approval, action: Action, decision: Decision): boolean {
  return held.kind === heldAs(action) && held.run === action.run && isSameWish(held, action, decision)
}

/**
 * Who applies a proposal may change nothing of it: neither the action, nor for whom it is, nor the rules that it was judged by.
 * Only the run may be another one, because the one that it was proposed in may be over.
 */
function isOf(proposal: Approval, action: Action, decision: Decision): boolean {
  return proposal.kind === 'proposal' && isSameWish(proposal, action, decision)
}

function isSameWish(one: Approval, { digest, executor, principal }: Action, { policyDigest }: Decision): boolean {
  const isSameAction = one.digest === digest && one.policyDigest === policyDigest
  return isSameAction && one.executor === executor && one.principal === principal
}
