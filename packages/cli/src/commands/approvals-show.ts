import { fileChange, lineDifference, type Standing, standingJson, standingOf } from '@ecp/host'
import type { Ledger } from '@ecp/ledger'
import type { ApprovalKind } from '@ecp/protocol'
import { approvalOf } from '../approvals/find-approval.ts'
import { type HostApprovers, hostApprovers } from '../approvals/host-approvers.ts'
import { type Shown, showText } from '../approvals/show-text.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'

/** One held or proposed action: exactly what it is, why it waits, who has answered, and what it would change. */
export async function approvalsShow(
  invocation: Invocation,
  kinds: readonly ApprovalKind[],
  id: string,
): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const host = await hostApprovers(invocation)
  await using opened = await readLedger(invocation)
  const at = now()
  const standing = standingOf(opened.ledger, approvalOf(opened.ledger, id, kinds), host.approvers, at)
  const shown = await shownOf(opened.ledger, host, standing)
  if (common.json) terminal.out(JSON.stringify(shownJson(shown), null, 2))
  else terminal.out(showText(shown, terminal.paint, at))
  return exitCodes.done
}

export async function shownOf(
  ledger: Ledger,
  { layers }: Pick<HostApprovers, 'layers'>,
  standing: Standing,
): Promise<Shown> {
  const { run, action } = standing.approval
  const decided = ledger.decided(run, action)
  const looked = decided && (await fileChange(decided.action, layers))
  return {
    standing,
    ...(decided ? { decided } : {}),
    ...(looked?.change ? { change: looked.change } : {}),
    ...(looked?.why === undefined ? {} : { why: looked.why }),
  }
}

export function shownJson({ standing, decided, change, why }: Shown) {
  const { arguments: args, extra, kind } = decided?.action ?? {}
  return {
    ...standingJson(standing),
    ...(decided
      ? { asked: { kind, arguments: args, ...(extra ? { extra } : {}) }, reasons: decided.decision.reasons }
      : {}),
    ...(change
      ? {
          change: {
            path: change.path,
            difference: lineDifference(change.before ?? '', change.after),
            faults: change.faults,
          },
        }
      : {}),
    ...(why === undefined ? {} : { why }),
  }
}
