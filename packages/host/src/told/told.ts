import type { Code, Decision, JsonObject } from '@ecp/protocol'
import type { Answer } from '../gate/request.ts'
import { adviceOf, isStop } from './advice.ts'

/** The one answer for everything of a kind that the client was not offered, whether it exists or not. */
export interface Unlisted {
  readonly code: Code
  readonly text: string
}

export const unlistedTool: Unlisted = {
  code: 'context.tool-not-allowed',
  text: 'ECP denied this call: there is no tool of this name that you may call. Use only tools from the list.',
}

/** What an agent is told of an action that gave no result: one sentence that it can act on, and the facts. */
export interface Told {
  readonly text: string
  /** `{effect, outcome, codes, actionId, approvalId?}`: nothing of the rules themselves. */
  readonly facts: JsonObject
}

/** `offered`: whether the agent was shown what it asked for. Operators see the real reasons in the ledger. */
export function told(answer: Answer, offered: boolean, unlisted: Unlisted = unlistedTool): Told {
  const { decision, outcome, actionId } = answer
  // Whether a tool exists is not for the agent to find out: every name that it was not offered gets the same answer.
  const codes = offered ? codesOf(answer) : [unlisted.code]
  const approval = offered && answer.waiting !== undefined ? { approvalId: answer.waiting } : {}
  const facts = { effect: decision.effect, outcome: outcome.status, codes, actionId, ...approval }
  return { text: offered ? sentence(answer) : unlisted.text, facts }
}

function codesOf({ decision, outcome }: Answer): string[] {
  if (decision.effect === 'allow') return outcome.error ? [outcome.error.code] : []
  return groundsOf(decision).map(({ code }) => code)
}

/** Why an action was stopped, as far as an agent is told: each code once, with what can be done about it. */
export interface Ground {
  readonly code: Code
  readonly message: string
}

/**
 * The grounds of a decision that is no allow. Rules and the places where they stand are the operator's, and so are the
 * reasons' own messages, which speak of them.
 */
export function groundsOf({ reasons }: Pick<Decision, 'reasons'>): readonly Ground[] {
  const grounds = new Map<Code, Ground>()
  for (const reason of reasons) {
    const { code } = reason
    if (isStop(code) && !grounds.has(code)) grounds.set(code, { code, message: adviceOf(reason) })
  }
  return [...grounds.values()]
}

function sentence({ decision, outcome, target, waiting }: Answer): string {
  if (outcome.status === 'rehearsed') return rehearsal(target, decision)
  switch (decision.effect) {
    case 'deny': {
      const stops = decision.reasons.filter((one) => isStop(one.code))
      // A stop switch is the one reason that no other arguments and no other tool can get around: say that first.
      const reason = stops.find(({ code }) => code === 'host.frozen') ?? stops[0]
      return `ECP denied \`${target}\`: ${reason ? adviceOf(reason) : 'the policy gives no reason to allow it.'}`
    }
    case 'hold':
      if (decision.reasons.some(({ code }) => code === 'question.unanswered')) {
        return `ECP asks a person about \`${target}\`, and nobody has answered yet${waiting === undefined ? '' : ` (\`ecp approvals answer ${waiting}\`)`}.`
      }
      return `ECP holds \`${target}\`: a person must approve it first, and nothing was done yet. Go on with other work, or tell the user that it waits for approval${waiting === undefined ? '' : ` (\`ecp approvals show ${waiting}\`)`}; once it is approved, make the same call again.`
    case 'propose':
      return `ECP wrote \`${target}\` down as a proposal and did not execute it. Do not repeat it; tell the user that it was proposed.`
    case 'allow':
      return failed(target, outcome.status, outcome.error?.message ?? 'no reason was given')
  }
}

function rehearsal(target: string, { effect }: Pick<Decision, 'effect'>): string {
  const otherwise =
    effect === 'hold'
      ? 'a person would have to approve it first'
      : effect === 'propose'
        ? 'it would be written down as a proposal'
        : 'it would be performed now'
  return `This is a dry run, and \`${target}\` was not performed: otherwise ${otherwise}. Nothing has changed. Do not repeat it; go on as if it had been dealt with.`
}

function failed(target: string, status: Answer['outcome']['status'], message: string): string {
  if (status === 'unknown') {
    return `\`${target}\` was started, and whether it took effect is not known: ${message}. Do not repeat it before you have checked.`
  }
  return `\`${target}\` was allowed but ${status === 'cancelled' ? 'was cancelled' : 'failed'}: ${message}.`
}
