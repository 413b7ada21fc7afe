import { type Approver, approversOf, type Machine, unsignedWarning } from '@ecp/host'
import { frozenBucket } from '@ecp/ledger'
import type { OperatorApprover, OperatorState } from '@ecp/protocol'
import type { OperatorDesk } from './operator-desk.ts'

/** What holds of this machine as a whole. */
export async function stateOf({ machine, user, version, now }: OperatorDesk): Promise<OperatorState> {
  const current = machine()
  const approvers = approversOf(current.config.layers)
  return {
    version,
    user,
    ledger: current.ledgerFile,
    ...(await movingState(current, now())),
    approvers: [...approvers.values()].map(approverJson),
    ...(approvers.size === 0 ? { unsigned: unsignedWarning } : {}),
  }
}

/** The part of it that the ledger says. */
export async function movingState({ ledger }: Machine, at: number): Promise<Pick<OperatorState, 'frozen' | 'open'>> {
  const counters = await ledger.counters([{ name: 'frozen', bucket: frozenBucket, kind: 'total' }], at)
  return { frozen: (counters.frozen ?? 0) > 0, open: ledger.openApprovals(at) }
}

function approverJson({ name, groups, publicKey, passkeys }: Approver): OperatorApprover {
  const keys = [
    ...(publicKey === undefined ? [] : (['ed25519'] as const)),
    ...(passkeys.length === 0 ? [] : (['passkey'] as const)),
  ]
  return { name, groups, keys }
}
