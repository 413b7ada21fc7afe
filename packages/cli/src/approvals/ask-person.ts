import { type Approvers, questionOf, type Standing } from '@ecp/host'
import type { Approval, Ledger } from '@ecp/ledger'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'
import { askValue } from './ask-value.ts'
import { giveAnswer } from './give-answer.ts'
import type { SigningOptions } from './signer.ts'

const choices = {
  hold: ['later', 'approve', 'deny'],
  proposal: ['later', 'deny'],
  question: ['answer', 'later', 'deny'],
} as const

/**
 * Asks on the terminal for a person's word on what waits, signs it and writes it down; undefined for later. Throws what
 * {@link giveAnswer} throws, and `cli.interrupted` on Ctrl-C and when `over` aborts.
 */
export async function askPerson(
  invocation: Invocation,
  ledger: Ledger,
  approvers: Approvers,
  approval: Approval,
  options: SigningOptions,
  over?: AbortSignal,
): Promise<Standing | undefined> {
  const { terminal } = invocation
  const chosen = await terminal.choose<'later' | 'approve' | 'answer' | 'deny'>(
    visible(approval.target, 120),
    choices[approval.kind],
    undefined,
    over,
  )
  if (chosen === 'later') return undefined
  const question = chosen === 'answer' ? questionOf(ledger, approval) : undefined
  const valued = question ? { value: await askValue(terminal, question, over) } : {}
  const answer = chosen === 'deny' ? 'deny' : 'approve'
  return giveAnswer(invocation, ledger, approval, approvers, { ...options, answer, ...valued })
}
