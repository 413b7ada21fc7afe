import type { Ledger } from '@ecp/ledger'
import { visible } from '../terminal/visible.ts'

/** What is said at the end of a run that waits: how each of these is answered, and how the run goes on. */
export function waitingLines(ledger: Pick<Ledger, 'approval'>, run: string, approvals: Iterable<string>): string[] {
  const answers = [...approvals].flatMap((id) => {
    const approval = ledger.approval(id)
    if (approval?.state !== 'pending') return []
    const target = visible(approval.target, 120)
    const [does, command] =
      approval.kind === 'question'
        ? ['asks a person', `\`ecp approvals answer ${id}\` answers, \`ecp approvals deny ${id}\` refuses`]
        : ['waits for approval', `\`ecp approvals approve ${id}\` or \`ecp approvals deny ${id}\``]
    return [`\`${target}\` ${does}: ${command}`]
  })
  return [...answers, `then \`ecp resume ${run}\` goes on with the run`]
}
