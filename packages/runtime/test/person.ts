import { newAnswer, questionOf, writeAnswer } from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import type { Json, Question } from '@ecp/protocol'
import type { Stage } from './stage.ts'

export interface Person {
  answer(approval: string): void
  /** What they were shown first. */
  readonly said: Promise<Question | undefined>
}

/** Answers what is asked in a run as it is asked, with a value, or no. */
export function person(on: Pick<Stage, 'ledgerFile'>, value: Json | undefined): Person {
  const said = Promise.withResolvers<Question | undefined>()
  return { answer: (id) => said.resolve(answerOne(on, id, value)), said: said.promise }
}

/** Answers one question; without a value it is a no. Gives what was asked. */
export async function answerOne(
  on: Pick<Stage, 'ledgerFile'>,
  id: string,
  value: Json | undefined,
): Promise<Question | undefined> {
  const ledger = openSqliteLedger({ file: on.ledgerFile })
  try {
    const approval = ledger.approval(id)
    if (!approval) throw new TypeError('what waits is in the ledger')
    const verdict = value === undefined ? 'deny' : 'approve'
    const given = newAnswer(approval, verdict, 'ada', Date.now(), value === undefined ? {} : { value })
    await writeAnswer({ ledger, approvers: new Map(), now: Date.now }, approval, given, { kind: 'unsigned' })
    return questionOf(ledger, approval)
  } finally {
    ledger.close()
  }
}
