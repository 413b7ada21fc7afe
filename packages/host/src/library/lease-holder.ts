import type { Json } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Gate } from '../gate/gate.ts'
import type { ActionRequest, Authorization, Settlement } from '../gate/request.ts'
import { withoutEffect } from '../gate/without-effect.ts'
import { told } from '../told/told.ts'

/** What of a Gate is needed to govern what another program executes. */
export type AuthorizingGate = Pick<Gate, 'authorize' | 'settle'>

/** An allowed call: whoever has this executes it, and says what came of it. */
export interface LeaseHolder {
  /** Throws `action.unknown` when that cannot be recorded: nobody may build on what is not on record. */
  completed(result: unknown): Promise<void>
  /** It gave no result, because of this. Throws as `completed` does. */
  ended(status: 'failed' | 'cancelled', cause: unknown): Promise<void>
}

/** Asks for one call of a tool, which its agent knows by this name. Throws `action.refused`, with what an agent is told, when it is not allowed. */
export async function take(gate: AuthorizingGate, request: ActionRequest, name: string): Promise<LeaseHolder> {
  const { actionId, decision, lease } = await gate.authorize(request)
  const outcome = withoutEffect({ decision, action: request })
  if (outcome || !lease) {
    const { text, facts } = told({ actionId, target: name, decision, outcome: outcome ?? { status: 'denied' } }, true)
    throw new HostError('action.refused', text, { facts })
  }
  const settle = async (settlement: Settlement) => {
    const why = await settled(gate, lease.id, settlement)
    if (why !== undefined) throw unknown({ actionId, decision }, name, why)
  }
  return {
    completed: (result) => settle({ status: 'completed', ...recorded(result) }),
    ended: (status, cause) => settle({ status, error: { code: `tool.${status}`, message: messageOf(cause) } }),
  }
}

/** Why it is not on record what came of a call, if it is not. */
async function settled(gate: AuthorizingGate, lease: string, settlement: Settlement): Promise<string | undefined> {
  try {
    return (await gate.settle(lease, settlement)) ? undefined : 'its lease had ended'
  } catch (cause) {
    return messageOf(cause)
  }
}

function unknown(
  { actionId, decision }: Pick<Authorization, 'actionId' | 'decision'>,
  target: string,
  why: string,
): HostError {
  const message = `the call was made, but its outcome could not be recorded: ${why}`
  const outcome = { status: 'unknown', error: { code: 'ledger.unavailable', message } } as const
  const { text, facts } = told({ actionId, target, decision, outcome }, true)
  return new HostError('action.unknown', text, { facts })
}

/** A result as JSON carries it; what has no such form (a loop, a big integer) leaves the record without one. */
function recorded(result: unknown): { readonly result?: Json } {
  try {
    const text: string | undefined = JSON.stringify(result)
    return text === undefined ? {} : { result: JSON.parse(text) as Json } // reason: what JSON.parse gives is JSON
  } catch {
    return {}
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
