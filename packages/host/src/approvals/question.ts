import type { Approval, Ledger } from '@ecp/ledger'
import { answerCheck } from '@ecp/policy'
import { canonical, type Json, maxAnswerBytes, type Question, questionIn } from '@ecp/protocol'
import { nestsDeeperThan } from '../servers/nesting.ts'

/** Answers that nest deeper are none: whatever looks at them later does so recursively. */
const maxDepth = 100

/** The question that an approval of kind `question` is about; undefined where the record that holds it is missing. */
export function questionOf(ledger: Pick<Ledger, 'decided'>, { run, action }: Approval): Question | undefined {
  const decided = ledger.decided(run, action)
  return decided && questionIn(decided.action.arguments)
}

/** Why a value does not answer a question, in one sentence without the value; undefined when it does. */
export function answerFault(question: Question | undefined, value: Json): string | undefined {
  if (!question) return 'the record that holds the question is missing'
  let bytes: Buffer
  try {
    bytes = Buffer.from(canonical(value))
  } catch {
    return 'the answer has no canonical JSON form (RFC 8785)'
  }
  if (bytes.length > maxAnswerBytes) return `the answer is over ${maxAnswerBytes} bytes`
  if (nestsDeeperThan(maxDepth, bytes)) return `the answer is nested over ${maxDepth} deep`
  return question.answer === undefined ? undefined : answerCheck(question.answer)(value)
}
