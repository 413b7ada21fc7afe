import type { Code, codes, Reason } from '@ecp/protocol'

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
  'write.refused': 'a person said no to it. Do not ask for the same again.',
  'write.proposed': 'it was written down as a proposal.',
  'write.needs-approval': 'a person must approve it first.',
  'question.refused': 'a person would not answer it. Do not ask the same again.',
  'question.unanswered': 'a person has to answer it first.',
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
  'arguments.too-large': 'its arguments are too large. Send less.',
  'ledger.unavailable':
    'nothing can be recorded right now, so nothing may be done. Try again later, and tell the user if it stays so.',
}

export function isStop(code: Code): code is StopCode {
  return code in advice
}

/** What an agent is told of a reason, as the end of a sentence. */
export function adviceOf(reason: Reason): string {
  const text = isStop(reason.code) ? advice[reason.code] : 'the policy forbids it.'
  // Of all messages this one speaks only of the agent's own arguments and a schema that it was shown.
  return reason.code === 'context.arguments-invalid' ? `${text}: ${reason.message}.` : text
}
