import { counters, decide } from '@ecp/policy'
import type { Action, ActionKind, Decision } from '@ecp/protocol'
import { type GateParts, unavailable } from './enter.ts'
import { normalise } from './normalise.ts'
import type { ActionRequest } from './request.ts'

/**
 * What would be decided now, from the counters of this moment, about an action that the asking program does itself. Writes nothing: it reserves nothing, counts as no attempt
 * and opens no approval. Never throws: what fails on the way is a deny that says why.
 */
export async function evaluate(parts: GateParts, request: ActionRequest<ActionKind>): Promise<Decision> {
  const at = parts.now()
  const id = parts.newId(at)
  const place = { id, run: '', principal: parts.principal, context: parts.context, at }
  let action: Action = normalise(request, place, parts.redactor)
  try {
    // A run that does not go on yet has used nothing.
    action = { ...action, run: (await parts.findRun(action.executor, at)) ?? id }
    await parts.observe(action)
    const { policy, catalogue } = parts.governed()
    const read = await parts.ledger.counters(counters(policy, catalogue, action), at)
    return decide(policy, catalogue, read, action, { enforcement: 'authorized' })
  } catch (cause) {
    return unavailable(parts.governed(), cause)
  }
}
