import type { Answer } from '@ecp/host'
import type { Code, codes, Decision, JsonObject, Reason } from '@ecp/protocol'

/** Where the facts of a refusal stand in a tool result's `_meta`. */
export const factsKey = 'ecp/decision'

/**
 * The tool result for a call that gave no result of its own: an ordinary result with `isError`, one sentence that a model
 * can act on, and the facts in `_meta` (not in `structuredContent`, which clients check against the tool's own schema).
 */
export function refusal(answer: Answer, offered: boolean): JsonObject {
  const { text, facts } = told(answer, offered)
  return { content: [{ type: 'text', text }], isError: true, _meta: { [factsKey]: facts } }
}

/** The one answer for everything of a kind that the client was not offered, whether it exists or not. */
export interface Unlisted {
  readonly code: Code
  readonly text: string
}
export const unlistedTool: Unlisted = {
  code: 'context.tool-not-allowed',
  text: 'ECP denied this call: there is no tool of this name that you may call. Use only tools from the list.',
}

/** The same where MCP has an error and no result: the sentence, and the facts for its `data`. */
export function told(
  answer: Answer,
  offered: boolean,
  unlisted: Unlisted = unlistedTool,
): { readonly text: string; readonly facts: JsonObject } {
  const { decision, outcome, actionId } = answer
  // Whether a tool exists is not for the agent to find out: every name that it was not offered gets the same answer.
  const codes = offered ? codesOf(answer) : [unlisted.code]
  const facts = { effect: decision.effect, outcome: outcome.status, codes, actionId }
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

function sentence({ decision, outcome, target }: Answer): string {
  switch (decision.effect) {
    case 'deny': {
      const stops = decision.reasons.filter((one) => isStop(one.code))
      // A stop switch is the one reason that no other arguments and no other tool can get around: say that first.
      const reason = stops.find(({ code }) => code === 'host.frozen') ?? stops[0]
      return `ECP denied \`${target}\`: ${reason ? adviceOf(reason) : 'the policy gives no reason to allow it.'}`
    }
    case 'hold':
      return `ECP holds \`${target}\`: a person must approve it first, and nothing was done yet. Go on with other work, or tell the user that it waits for approval.`
    case 'propose':
      return `ECP wrote \`${target}\` down as a proposal and did not execute it. Do not repeat it; tell the user that it was proposed.`
    case 'allow':
      return failed(target, outcome.status, outcome.error?.message ?? 'no reason was given')
  }
}

function failed(target: string, status: Answer['outcome']['status'], message: string): string {
  if (status === 'unknown') {
    return `\`${target}\` was started, and whether it took effect is not known: ${message}. Do not repeat it before you have checked.`
  }
  return `\`${target}\` was allowed but ${status === 'cancelled' ? 'was cancelled' : 'failed'}: ${message}.`
}

/** The codes that can stop an action. */
type StopCode = { [C in Code]: (typeof codes)[C] extends 'allow' ? never : C }[Code]

/** What an agent can do about each of them. */
const advice: Record<StopCode, string> = {
  'context.executor-unknown': 'no executor of this name may act here.',
  'context.resource-not-allowed': 'this resource is not among those that you may read.',
  'context.memory-not-allowed': 'this memory is not open to you.',
  'context.delegate-not-allowed': 'you may not delegate to it.',
  'context.tool-not-allowed': 'this tool is not among those that you may call.',
  'context.tool-denied': 'the policy forbids this call. Do not try it in another form.',
  'context.condition-false': 'its arguments are outside what the policy permits. Change them, or do without.',
  'context.condition-error':
    'its arguments could not be checked against the policy. Give every argument in the plain form that the tool describes.',
  'context.arguments-invalid': "its arguments do not fit the tool's input schema",
  'tool.unknown': 'there is no tool of this name that you may call. Use only tools from the list.',
  'tool.definition-changed':
    'the tool is no longer what the operator agreed to. Do without it, and tell the user that it has to be locked again.',
  'host.server-not-wired': 'there is no tool of this name that you may call. Use only tools from the list.',
  'host.server-not-allowed': 'the operator does not allow this server.',
  'host.server-external': 'another program executes this tool, and it cannot be called here.',
  'host.tool-denied': 'the operator does not allow this tool.',
  'host.secret-provider-not-allowed': 'the operator does not allow the secret that this server needs.',
  'host.provider-not-allowed': 'the operator does not allow this model provider.',
  'host.model-not-supported': 'the operator has no such model.',
  'host.model-not-allowed': 'the operator does not allow this model.',
  'host.endpoint-not-allowed': 'the operator does not allow this endpoint.',
  'host.store-not-allowed': 'the operator does not allow this memory.',
  'host.executor-not-allowed': 'the operator does not allow this executor.',
  'host.logger-not-allowed': 'the operator does not allow this logger.',
  'host.request-not-allowed': 'the operator does not let servers ask for this.',
  'host.plugin-source-not-allowed': 'the operator does not allow this plugin.',
  'host.plugin-kind-not-allowed': 'the operator does not allow tool servers here.',
  'host.plugin-not-allowed': 'the operator does not allow this server.',
  'host.frozen': 'the operator has stopped everything. Stop, and tell the user.',
  'write.forbidden':
    'it would change something, and only reading is permitted here. Do not look for another way to write.',
  'write.proposed': 'it was written down as a proposal.',
  'write.needs-approval': 'a person must approve it first.',
  'budget.tool-calls': 'the budget of tool calls is used up. Finish with what you have.',
  'budget.runtime': 'the budget of time is used up. Finish with what you have.',
  'budget.tokens': 'the budget of model tokens is used up. Finish with what you have.',
  'budget.cost': 'the budget of cost is used up. Finish with what you have.',
  'budget.per-tool': "this tool's own budget is used up, or the call would exceed it.",
  'budget.repeats': 'the same call was made too often. Use the result that you have, or do something else.',
  'budget.denials': 'too many calls were denied. Stop calling tools, and tell the user what you needed.',
  'run.cancelled': 'the run was cancelled. Stop.',
  'run.outcome-unknown': 'an earlier write ended without an answer, and a person must settle it first.',
  'run.diverged': 'the run no longer does what it did before. Stop.',
  'secret.in-arguments': 'its arguments hold a secret or text that was redacted. Never pass those on.',
  'arguments.too-large': 'its arguments are too large (over 1 MB). Send less.',
  'ledger.unavailable':
    'nothing can be recorded right now, so nothing may be done. Try again later, and tell the user if it stays so.',
}

function isStop(code: Code): code is StopCode {
  return code in advice
}

function adviceOf(reason: Reason): string {
  const text = isStop(reason.code) ? advice[reason.code] : 'the policy forbids it.'
  // Of all messages this one speaks only of the agent's own arguments and a schema that it was shown.
  return reason.code === 'context.arguments-invalid' ? `${text}: ${reason.message}.` : text
}
