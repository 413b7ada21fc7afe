import type { Approval } from './approvals.ts'
import type { ApprovalQuery, Ledger } from './ledger.ts'

const page = 500

/** All approvals that a query finds, the newest first, read page by page. */
export function* allApprovals(
  ledger: Pick<Ledger, 'approvals'>,
  query: Omit<ApprovalQuery, 'after' | 'limit'>,
): Iterable<Approval> {
  let after: string | undefined
  for (;;) {
    const found = ledger.approvals({ ...query, limit: page, ...(after === undefined ? {} : { after }) })
    yield* found
    after = found.at(-1)?.approval
    if (found.length < page || after === undefined) return
  }
}
