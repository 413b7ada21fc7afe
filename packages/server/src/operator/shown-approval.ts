import {
  type Approvers,
  approversOf,
  fileChange,
  lineDifference,
  type Machine,
  mayAnswer,
  type Standing,
  standingOf,
} from '@ecp/host'
import type { Approval } from '@ecp/ledger'
import {
  answerForm,
  type OperatorApproval,
  type OperatorApprovalSummary,
  type OperatorAsked,
  type OperatorChange,
  questionIn,
  type RecordBodies,
} from '@ecp/protocol'

/** Exactly what was asked, how it stands, and what it would change: all that a person has to know before they answer. */
export async function shownApproval(machine: Machine, approval: Approval, at: number): Promise<OperatorApproval> {
  const { ledger, config } = machine
  const approvers = approversOf(config.layers)
  const standing = standingOf(ledger, approval, approvers, at)
  const decided = ledger.decided(approval.run, approval.action)
  const question = approval.kind === 'question' && decided ? questionIn(decided.action.arguments) : undefined
  return {
    ...summaryOf(standing),
    answers: standing.answers.map(({ proof, ...answer }) => ({ ...answer, proof: proof.kind })),
    ...(decided ? { asked: askedOf(decided) } : {}),
    ...(question ? { question: { ...question, form: answerForm(question) } } : {}),
    ...(decided ? await changeOf(machine, decided) : {}),
    approvers: whoMayAnswer(approval, approvers),
  }
}

/** One line of a list. */
export function summaryOf({ approval, state, until, approvedBy, client }: Standing): OperatorApprovalSummary {
  const { answers: _, ...asked } = approval
  return { ...asked, state, until, approvedBy, ...(client === undefined ? {} : { client }) }
}

function askedOf({ action, decision }: RecordBodies['action.decided']): OperatorAsked {
  const { kind, arguments: args, extra, context, at } = action
  const { acts, reasons } = decision
  return { kind, acts, arguments: args, ...(extra ? { extra } : {}), reasons, context, at }
}

/** The file is read as it is now, and can hold what no record does. */
async function changeOf(
  machine: Machine,
  { action }: RecordBodies['action.decided'],
): Promise<Pick<OperatorApproval, 'change' | 'noChange'>> {
  const looked = await fileChange(action, machine.config.layers)
  if (looked?.why !== undefined) return { noChange: looked.why }
  if (!looked?.change) return {}
  const { path, before, after, faults } = looked.change
  const difference = lineDifference(before ?? '', after)
  const texts = await machine.redacted(difference.map(({ text }) => text))
  const lines = difference.map(({ kind }, index) => ({ kind, text: texts[index] ?? '' }))
  const change: OperatorChange = { path, isNew: before === undefined, lines, faults }
  return { change }
}

function whoMayAnswer({ terms }: Approval, approvers: Approvers): readonly string[] {
  return [...approvers.values()].filter((approver) => mayAnswer(approver, terms)).map(({ name }) => name)
}
