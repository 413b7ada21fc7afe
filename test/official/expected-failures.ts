import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Revision } from './suite.ts'

/** A difference that is meant: which check of which scenario, how it ends, and why it may. */
interface Expected {
  readonly scenario: string
  readonly check: string
  readonly status: string
  readonly reason: string
}
export type Subject = 'reference' | 'gateway' | 'client'

const file: Readonly<Record<Subject, Readonly<Record<Revision, readonly Expected[]>>>> = parse(
  readFileSync(join(import.meta.dirname, 'expected-failures.yaml'), 'utf8'),
)

/** What is expected not to end well, as `check: status`. */
export const expectedFailures = (subject: Subject, revision: Revision, scenario: string): readonly string[] =>
  file[subject][revision].filter((one) => one.scenario === scenario).map(({ check, status }) => `${check}: ${status}`)

/** Every entry, to see that each belongs to a scenario that is run and says why it is there. */
export const entries = (subject: Subject, revision: Revision): readonly Expected[] => file[subject][revision]
