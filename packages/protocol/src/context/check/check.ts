import type { Fault } from '../../document/diagnostic.ts'
import type { Document } from '../../document/document.ts'
import type { Context } from '../context.ts'
import { checkBudgets } from './budgets.ts'
import { checkConditions } from './conditions.ts'
import { checkExecutors } from './executors.ts'
import { checkExpressions } from './expressions.ts'
import { checkInputs } from './inputs.ts'
import { checkPlugins } from './plugins.ts'
import { checkReach } from './reach.ts'
import { checkReferences } from './references.ts'
import { checkSchemas } from './schemas.ts'
import { type Check, scopeOf } from './scope.ts'
import { checkTriggers } from './triggers.ts'

const checks: readonly Check[] = [
  checkExecutors,
  checkReferences,
  checkInputs,
  checkSchemas,
  checkExpressions,
  checkConditions,
  checkBudgets,
  checkReach,
  checkTriggers,
  checkPlugins,
]

/** What the schema cannot say of a Context. */
export function* checkContext(document: Document<Context>): Iterable<Fault> {
  const scope = scopeOf(document.value)
  for (const check of checks) yield* check(scope)
}
