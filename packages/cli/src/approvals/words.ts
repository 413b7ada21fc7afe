import type { AnswerWorth, ApprovalKind, ApprovalState, ApprovalTerms } from '@ecp/protocol'
import type { Style } from '../terminal/paint.ts'
import { visible } from '../terminal/visible.ts'
import { counted } from '../trace/words.ts'

export const stateStyles: Readonly<Record<ApprovalState, Style>> = {
  pending: 'warn',
  approved: 'good',
  denied: 'bad',
  expired: 'quiet',
  cancelled: 'quiet',
  used: 'quiet',
}

/** What is said of an answer beside who gave it. */
export const worthWords: Readonly<Record<AnswerWorth, string>> = {
  counts: 'it counts',
  unsigned: 'unsigned: it does not count',
  'nobody-configured':
    'it does not count: the terms name approvers, and none are configured, or it is signed by nobody',
  'unknown-approver': 'it does not count: no such approver is configured',
  'not-named': 'it does not count: the terms do not name this approver',
  'wrong-signature': 'it does not count: the signature is not good',
  'wrong-value': 'it does not count: it does not answer what was asked',
}

/** `2 approvals from ops` */
export function termsWords({ quorum, approvers }: ApprovalTerms, kind: ApprovalKind = 'hold'): string {
  const from = approvers.length === 0 ? '' : ` from ${visible(approvers.join(', '), 200)}`
  return `${counted(quorum, kind === 'question' ? 'answer' : 'approval')}${from}`
}

/** How long, roughly, as it is said of an age: `3 min`, `2 h`, `5 d`. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
