import { LedgerError } from '@ecp/ledger'
import type { ActionKind } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { GateParts } from './enter.ts'
import { normalise } from './normalise.ts'
import type { Recalled, Replay } from './replay.ts'
import type { ActionRequest, Answer } from './request.ts'
import { withoutEffect } from './without-effect.ts'

/**
 * What is on record of an action that comes back. One that is not what it was, or whose record cannot be read, is denied: nothing
 * is written down or done for it. Never throws.
 */
export function recall(
  { principal, context, redactor, governed }: GateParts,
  replay: Replay,
  request: ActionRequest<ActionKind> & { readonly key: string },
): Exclude<Recalled, { kind: 'diverged' }> {
  const { key } = request
  // A digest is of what is asked for, not of where and when.
  const action = normalise(request, { id: key, run: '', principal, context, at: 0 }, redactor)
  const deny = (code: 'run.diverged' | 'ledger.unavailable', message: string) => {
    const reasons = [{ code, layer: 'run', message }] as const
    const decision = { effect: 'deny', acts: 'neither', reasons, policyDigest: governed().policyDigest } as const
    const outcome = withoutEffect({ decision, action }) ?? { status: 'denied' }
    const answer: Answer = { actionId: key, target: action.target, decision, outcome, replayed: true }
    return { kind: 'answered', answer } as const
  }
  try {
    const recalled = replay.recall(key, action)
    return recalled.kind === 'diverged' ? deny('run.diverged', recalled.why) : recalled
  } catch (cause) {
    if (cause instanceof LedgerError || cause instanceof HostError) return deny('ledger.unavailable', cause.message)
    throw cause
  }
}
