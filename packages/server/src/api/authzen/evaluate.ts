import type { ActionKind } from '@ecp/protocol'
import type { Caller } from '../../http/caller.ts'
import { ApiError } from '../api-error.ts'
import { toldDecision } from '../told-decision.ts'
import type { EvaluationAnswer, EvaluationRequest } from './schemas.ts'

/** What is asked about by which action and type of resource. */
const asked: ReadonlyMap<string, { readonly type: string; readonly kind: ActionKind }> = new Map([
  ['tools/call', { type: 'tool', kind: 'tool.call' }],
  ['resources/read', { type: 'resource', kind: 'resource.read' }],
  ['prompts/get', { type: 'prompt', kind: 'prompt.get' }],
])

/**
 * Advice on one action of the caller: reserves nothing, opens no approval, and is not recorded. Throws
 * `subject.not-caller` for a request about anybody else, the same whether there is such a subject or not.
 */
export async function evaluate(caller: Caller, request: EvaluationRequest): Promise<EvaluationAnswer> {
  const { subject, action, resource } = request
  if (!isCaller(caller, subject)) {
    const message =
      'the subject is not the caller: ask about `{type: "client"}` or `{type: "principal"}` with your own id'
    throw new ApiError(403, 'subject.not-caller', message)
  }
  const found = asked.get(action.name)
  if (found?.type !== resource.type) {
    const pairs = [...asked].map(([name, { type }]) => `\`${name}\` on \`${type}\``).join(', ')
    return failed(400, `there is no such action on such a resource; there are ${pairs}`)
  }
  const { kind } = found
  const { id: target, properties } = resource
  const decision = await caller.host.gate.evaluate({
    kind,
    target,
    arguments: properties?.arguments ?? {},
    executor: caller.executor,
    origin: 'api',
  })
  return { decision: decision.effect === 'allow', context: toldDecision(caller, { kind, target }, decision) }
}

/** The answer for an evaluation that could not be made (Authorization API 1.0, 7.2.1): closed. */
export function failed(status: number, message: string): EvaluationAnswer {
  return { decision: false, context: { effect: 'deny', codes: [], reasons: [], error: { status, message } } }
}

function isCaller({ client, principal }: Caller, { type, id }: EvaluationRequest['subject']): boolean {
  return (type === 'client' && id === client) || (type === 'principal' && id === principal)
}
