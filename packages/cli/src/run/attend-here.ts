import { approversOf, type Machine, type Standing, standingOf } from '@ecp/host'
import type { Attend } from '@ecp/runtime'
import { askPerson } from '../approvals/ask-person.ts'
import { showText } from '../approvals/show-text.ts'
import { cameOf } from '../commands/approvals-answer.ts'
import { shownOf } from '../commands/approvals-show.ts'
import { isExpected } from '../error.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'

/**
 * Asks on the terminal about what waits in a run, one after the other: shown as `ecp approvals watch` shows it, and signed as there.
 * `interrupt`: called on Ctrl-C in a question, where no signal comes of it.
 */
export function attendHere(invocation: Invocation, { ledger, config }: Machine, interrupt: () => void): Attend {
  const { terminal, now } = invocation
  const approvers = approversOf(config.layers)
  let last: Promise<unknown> = Promise.resolve()

  const ask = async (id: string, over: AbortSignal): Promise<boolean> => {
    const approval = ledger.approval(id)
    if (over.aborted || !approval) return true
    const standing = standingOf(ledger, approval, approvers, now())
    const shown = await shownOf(ledger, { layers: config.layers }, standing)
    terminal.err(`${showText(shown, terminal.paintErr, now())}\n`)
    try {
      const after = await askPerson(invocation, ledger, approvers, approval, {}, over)
      if (after) terminal.err(cameOf(after))
      return after !== undefined && isSettled(after)
    } catch (error) {
      if (over.aborted) return true
      if (!isExpected(error)) throw error
      if (error.code === 'cli.interrupted') interrupt()
      else terminal.err(`ecp: ${visible(error.message, 1_000)}`)
      return false
    }
  }
  return ({ approval }, over) => {
    const asked = last.then(() => ask(approval, over))
    last = asked.catch(() => undefined)
    return asked
  }
}

/** Whether nobody else has to answer, too. */
const isSettled = ({ state }: Standing): boolean => state !== 'pending'
