import type { Ledger } from '@ecp/ledger'
import type { Json } from '@ecp/protocol'
import { visibleLines } from '../terminal/visible.ts'

/** What a run came to, as it is on record: its result, or why it has none. Undefined while it goes on, and where nothing is on record. */
export function runOutput(ledger: Pick<Ledger, 'records'>, run: string): Json | undefined {
  let output: Json | undefined
  for (const { record } of ledger.records(run)) if (record.kind === 'run.ended') output = record.body.output
  return output
}

/** A run's result as it is printed: a text for people, anything else as the JSON that it is. */
export function outputText(output: Json): string {
  return typeof output === 'string' ? visibleLines(output) : JSON.stringify(output, null, 2)
}
