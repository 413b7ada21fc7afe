import type { FinishRequest } from '@ecp/ledger'
import type { JsonObject, Outcome } from '@ecp/protocol'
import type { Redactor } from '../secrets/redactor.ts'
import type { QuestionAnswer } from './people.ts'
import { recordable, withResult } from './recordable.ts'

/** What came of a question that a person has answered, and what is recorded of that. */
export interface Answered {
  readonly outcome: Outcome
  readonly result: JsonObject
  readonly finished: Pick<FinishRequest, 'outcome' | 'blob'>
}

/**
 * With its answer a question is done: nothing is performed that could be cut off. What a person typed can hold a secret, too. Throws
 * `server.protocol` for an answer that cannot be written down.
 */
export function answered(redactor: Redactor, { value, by }: QuestionAnswer): Answered {
  const outcome: Outcome = { status: 'completed', durationMs: 0 }
  const recorded = recordable(redactor.json({ answer: value, by }))
  return { outcome, result: recorded.value as JsonObject, finished: withResult(outcome, recorded) } // reason: what is made recordable keeps its shape
}
