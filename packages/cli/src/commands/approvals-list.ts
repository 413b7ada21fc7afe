import { isOpen, questionOf, type Standing, standingJson, standingOf } from '@ecp/host'
import { allApprovals, type Ledger } from '@ecp/ledger'
import { type ApprovalKind, type ApprovalState, approvalStates } from '@ecp/protocol'
import { kindWords } from '../approvals/find-approval.ts'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { roughly, stateStyles } from '../approvals/words.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedgerIfAny } from '../open-ledger.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'

export interface ApprovalsListOptions {
  readonly all?: boolean
  readonly state?: ApprovalState
}

const head = ['id', 'state', 'answers', 'age', 'until', 'client', 'executor', 'principal', 'target']

/** What waits for a person, what was approved and not used yet, and with `--all` what is over: pending first. */
export async function approvalsList(
  invocation: Invocation,
  kinds: readonly ApprovalKind[],
  { all, state }: ApprovalsListOptions,
): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const { approvers } = await hostApprovers(invocation)
  await using opened = await readLedgerIfAny(invocation)
  const at = now()
  const wanted = (one: Standing) => (state === undefined ? all === true || isOpen(one) : one.state === state)
  // What is over is not looked at where only open ones are asked for: there may be very many.
  const states: readonly (ApprovalState | undefined)[] =
    all || state !== undefined ? [undefined] : ['pending', 'approved']
  const found = opened
    ? kinds.flatMap((kind) =>
        states.flatMap((one) => [
          ...allApprovals(opened.ledger, { kind, ...(one === undefined ? {} : { state: one }) }),
        ]),
      )
    : []
  const listed = found
    .flatMap((approval) => (opened ? [standingOf(opened.ledger, approval, approvers, at)] : []))
    .filter(wanted)
    .toSorted(
      (a, b) =>
        approvalStates.indexOf(a.state) - approvalStates.indexOf(b.state) ||
        b.approval.requestedAt - a.approval.requestedAt,
    )
  if (common.json) terminal.out(JSON.stringify(listed.map(standingJson), null, 2))
  else if (listed.length === 0) terminal.err(nothing(kinds, all === true || state !== undefined))
  else
    terminal.out(
      table({ head, rows: listed.map((one) => row(one, at, opened?.ledger)) }, terminal.paint, terminal.columns),
    )
  return exitCodes.done
}

function nothing([kind = 'hold']: readonly ApprovalKind[], isAll: boolean): string {
  const { noun, command } = kindWords[kind]
  return isAll
    ? `there are no such ${noun}s`
    : `no ${noun} waits; \`${command} list --all\` lists those that are over too`
}

function row({ approval, state, until, approvedBy, client }: Standing, at: number, ledger: Ledger | undefined): Cell[] {
  const question = approval.kind === 'question' && ledger ? questionOf(ledger, approval) : undefined
  const asked = question ? `${approval.target}: ${question.title}` : approval.target
  return [
    { text: visible(approval.approval, 80) },
    { text: state, style: stateStyles[state] },
    { text: `${approvedBy} of ${approval.terms.quorum}` },
    { text: roughly(at - approval.requestedAt) },
    { text: moment(until).slice(0, 19) },
    { text: visible(client ?? '?', 40) },
    { text: visible(approval.executor, 40) },
    { text: visible(approval.principal, 40) },
    { text: visible(asked, 120), style: 'name' },
  ]
}
