import { remainingRuntimeMs } from '@ecp/policy'
import type { Outcome } from '@ecp/protocol'
import type { Servers } from '../servers/servers.ts'
import { type Entered, enter, type GateParts } from './enter.ts'
import { Leases } from './lease.ts'
import { carryOut } from './perform.ts'
import type { Answer, Authorization, PerformOptions, Settlement, ToolCallRequest } from './request.ts'

/**
 * The policy enforcement point: the one door to side effects. `perform` decides, does and records; `authorize` decides
 * and records for a program that will do it itself, which then `settle`s. None of them throws for anything that the
 * asking side sent: the answer says what happened.
 */
export interface Gate {
  perform(request: ToolCallRequest, options?: PerformOptions): Promise<Answer>
  authorize(request: ToolCallRequest): Promise<Authorization>
  /** False when the lease is unknown, settled already or expired: nothing is recorded then. */
  settle(leaseId: string, settlement: Settlement): Promise<boolean>
  /** Ends open leases as unknown. Calls in flight are ended by their signals. */
  close(): Promise<void>
}

export interface GateOptions extends GateParts {
  readonly servers: Servers
  /** Milliseconds a call to this tool may take. */
  timeoutMs(server: string, tool: string): number
  /** Milliseconds until an unsettled lease ends as unknown. */
  readonly leaseMs: number
}

export function createGate(options: GateOptions): Gate {
  const leases = new Leases(options)

  async function perform(request: ToolCallRequest, { signal, onProgress }: PerformOptions = {}): Promise<Answer> {
    const entered = await enter(options, request, 'performed')
    const { action, decision } = entered
    const facts = { actionId: action.id, target: action.target, decision }
    const settled = withoutEffect(entered)
    if (settled) return { ...facts, outcome: settled }
    const { policy, catalogue } = entered.governed
    const remaining = remainingRuntimeMs(policy, catalogue, entered.counters, action)
    const { outcome, result } = await carryOut(options, entered, {
      signal: signal ?? new AbortController().signal,
      ...(remaining === undefined ? {} : { remainingMs: remaining }),
      ...(onProgress ? { onProgress } : {}),
    })
    options.onStep?.('answered', action)
    return result ? { ...facts, outcome, result } : { ...facts, outcome }
  }

  async function authorize(request: ToolCallRequest): Promise<Authorization> {
    const { action, decision } = await enter(options, request, 'authorized')
    if (decision.effect !== 'allow') return { actionId: action.id, decision }
    return { actionId: action.id, decision, lease: leases.open(action) }
  }

  return {
    perform,
    authorize,
    settle: (id, settlement) => leases.settle(id, settlement),
    close: () => leases.close(),
  }
}

/** What an action came to that nothing was done for. */
function withoutEffect({ decision, action }: Entered): Outcome | undefined {
  const message = `${action.target}: ${decision.reasons.map((reason) => reason.message).join('; ')}`
  const code = decision.reasons[0]?.code ?? 'ledger.unavailable'
  switch (decision.effect) {
    case 'allow':
      return undefined
    case 'deny':
      return { status: 'denied', error: { code, message } }
    case 'hold':
      return { status: 'pending', error: { code, message } }
    case 'propose':
      return { status: 'proposed', error: { code, message } }
  }
}
