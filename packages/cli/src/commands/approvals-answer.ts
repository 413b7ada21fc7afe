import { questionOf, refuseOver, type Standing, standingJson, standingOf } from '@ecp/host'
import type { ApprovalKind, Json, Verdict } from '@ecp/protocol'
import { approvalOf, waitingKinds } from '../approvals/find-approval.ts'
import { giveAnswer, type Word } from '../approvals/give-answer.ts'
import { givenValue, type ValueOptions } from '../approvals/given-value.ts'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { showText } from '../approvals/show-text.ts'
import type { SigningOptions } from '../approvals/signer.ts'
import { termsWords } from '../approvals/words.ts'
import { durationOf } from '../duration.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger, writeLedger } from '../open-ledger.ts'
import { visible, visibleJson } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'
import { shownOf } from './approvals-show.ts'

export interface AnswerOptions extends SigningOptions, ValueOptions {
  readonly note?: string
  /** A duration such as 1h. */
  readonly expires?: string
}

const longestNote = 2_000

/** A person's word on a held action, or on a proposal that is dropped. */
export async function answerApproval(
  invocation: Invocation,
  kinds: readonly ApprovalKind[],
  id: string,
  answer: Verdict,
  options: AnswerOptions,
): Promise<ExitCode> {
  const { terminal, common } = invocation
  const word = wordOf(answer, options)
  const { approvers } = await hostApprovers(invocation)
  {
    // A ledger that nobody has written to yet is not made by asking about it.
    await using existing = await readLedger(invocation)
    const asked = approvalOf(existing.ledger, id, kinds)
    if (asked.kind === 'question' && answer === 'approve')
      throw new CliError(
        'cli.usage',
        `\`${visible(asked.approval, 80)}\` is a question: \`ecp approvals answer\` answers it`,
      )
    const { action } = existing.ledger.decided(asked.run, asked.action) ?? {}
    if (action) terminal.err(`${visible(action.target, 120)} ${visibleJson(action.arguments, 400)}`)
  }
  await using opened = await writeLedger(invocation)
  const { ledger } = opened
  const after = await giveAnswer(invocation, ledger, approvalOf(ledger, id, kinds), approvers, word)
  if (common.json) terminal.out(JSON.stringify(standingJson(after)))
  else terminal.out(cameOf(after))
  return exitCodes.done
}

/** A person's answer to a question: a value that fits it. */
export async function answerQuestion(invocation: Invocation, id: string, options: AnswerOptions): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const word = wordOf('approve', options)
  const host = await hostApprovers(invocation)
  let value: Json
  {
    await using existing = await readLedger(invocation)
    const { ledger } = existing
    const asked = approvalOf(ledger, id, waitingKinds)
    if (asked.kind !== 'question') {
      const held = visible(asked.approval, 80)
      throw new CliError('cli.usage', `\`${held}\` is a held action: \`ecp approvals approve\` or \`deny\` answers it`)
    }
    const standing = standingOf(ledger, asked, host.approvers, now())
    refuseOver(standing)
    const question = questionOf(ledger, asked)
    const isAsked = [options.value, options.valueFile, options.text].every((one) => one === undefined)
    if (isAsked && terminal.interactive) {
      terminal.err(`${showText(await shownOf(ledger, host, standing), terminal.paintErr, now())}\n`)
    } else if (question) terminal.err(`${visible(asked.target, 120)}: ${visible(question.title, 400)}`)
    value = await givenValue(invocation, options, question)
  }
  await using opened = await writeLedger(invocation)
  const { ledger } = opened
  const asked = approvalOf(ledger, id, waitingKinds)
  const after = await giveAnswer(invocation, ledger, asked, host.approvers, { ...word, value })
  if (common.json) terminal.out(JSON.stringify(standingJson(after)))
  else terminal.out(cameOf(after))
  return exitCodes.done
}

/** Throws `cli.usage`. */
export function wordOf(
  answer: Verdict,
  { note, expires, value: _value, valueFile: _file, text: _text, ...signing }: AnswerOptions,
): Word {
  if (note !== undefined && note.length > longestNote) {
    throw new CliError('cli.usage', `\`--note\` is at most ${longestNote} characters long`)
  }
  return {
    ...signing,
    answer,
    ...(note === undefined ? {} : { note }),
    ...(expires === undefined ? {} : { lasts: durationOf('--expires', expires) }),
  }
}

/** What an answer has come to. */
export function cameOf({ approval, state, until, approvedBy, answers }: Standing): string {
  const by = visible(answers.at(-1)?.by ?? '', 80)
  if (approval.kind === 'question') {
    return state === 'denied'
      ? `refused by ${by}: the run hears that nobody answers`
      : `answered by ${by}: \`ecp resume ${visible(approval.run, 80)}\` goes on with it, where nothing does so by itself`
  }
  if (state === 'denied') return approval.kind === 'hold' ? `denied by ${by}` : `dropped by ${by}`
  if (state === 'approved') {
    return `approved by ${by}: the agent may call again with the same arguments, once, until ${moment(until).slice(0, 19)}`
  }
  return `approved by ${by}: ${approvedBy} of the ${termsWords(approval.terms)} that it needs`
}
