import type { Action, Decision, Outcome } from '@ecp/protocol'

/** What an action came to that nothing was done for. */
export function withoutEffect({
  decision,
  action,
}: {
  readonly decision: Decision
  readonly action: Pick<Action, 'target'>
}): Outcome | undefined {
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
