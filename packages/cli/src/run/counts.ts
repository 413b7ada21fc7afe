import type { RunEvent } from '@ecp/runtime'
import { counted } from '../trace/words.ts'

/** What an executor used. */
export interface Counts {
  readonly turns: number
  readonly calls: number
  readonly tokens: number
  readonly costUsd: number
}

export const noCounts: Counts = { turns: 0, calls: 0, tokens: 0, costUsd: 0 }

export function sum(a: Counts, b: Counts): Counts {
  return {
    turns: a.turns + b.turns,
    calls: a.calls + b.calls,
    tokens: a.tokens + b.tokens,
    costUsd: a.costUsd + b.costUsd,
  }
}

/** What one action used: nothing where it was not performed. */
export function countsOf(event: Extract<RunEvent, { kind: 'step-finished' }>): Counts {
  const { step, effect, status, tokens, costUsd = 0 } = event
  if (effect !== 'allow' || status === 'rehearsed') return noCounts
  return {
    turns: step === 'model' ? 1 : 0,
    calls: step === 'model' || step === 'question' ? 0 : 1,
    tokens: (tokens?.prompt ?? 0) + (tokens?.completion ?? 0),
    costUsd,
  }
}

/** `2 turns, 1 call, 330 tokens, $0.0360`; '' for nothing. */
export function countWords({ turns, calls, tokens, costUsd }: Counts): string {
  return [
    ...(turns > 0 ? [counted(turns, 'turn')] : []),
    ...(calls > 0 ? [counted(calls, 'call')] : []),
    ...(tokens > 0 ? [`${tokens} tokens`] : []),
    ...(costUsd > 0 ? [`$${costUsd.toFixed(4)}`] : []),
  ].join(', ')
}
