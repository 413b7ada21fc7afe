import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { BoundsError, footprint } from './bounds.ts'
import { conditionEnvironment } from './environment.ts'
import { bind, type Facts, FactsError } from './facts.ts'
import type { UsageReference } from './usage.ts'

/** A condition in CEL (cel.dev), checked and bounded: it can be evaluated on anything without a clock. */
export interface Condition {
  readonly source: string
  /** The counters it looks at, each once. */
  readonly usage: readonly UsageReference[]
  /** Which of our variables it uses: `args`, `inputs`, `action`, `executor`, `principal`, `usage`, `now`. */
  readonly variables: ReadonlySet<string>
  /** The inputs it names; `all` where it uses them as a whole. */
  readonly inputs: ReadonlySet<string> | 'all'
  /**
   * A boolean or a finite number, whichever the condition was compiled for; otherwise what kept it from one, without any
   * value from the facts. Never throws.
   */
  evaluate(facts: Facts): Evaluation
}
export type Evaluation =
  | { readonly ok: true; readonly value: boolean | number }
  | { readonly ok: false; readonly error: string }
export type Compiled =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly error: string; readonly offset?: number }

/** Longest text of a condition. */
export const maxConditionLength = 4_000

let shared: Environment | undefined

/** Parses, type-checks and bounds a condition. `offset` is where in the text (UTF-16 units) the fault was found. */
export function compileCondition(source: string, wanted: 'bool' | 'number'): Compiled {
  if (source.length > maxConditionLength)
    return { ok: false, error: `a condition of ${source.length} characters is over ${maxConditionLength}` }
  shared ??= conditionEnvironment()
  try {
    const parsed = shared.parse(source)
    const of = footprint(parsed.ast)
    if (wanted === 'number' && of.usage.length > 0)
      return { ok: false, error: 'what is added up cannot look at `usage`', offset: 0 }
    const checked = parsed.check()
    if (!checked.valid) return fault(checked.error)
    const types = wanted === 'bool' ? ['bool'] : ['int', 'double']
    const type = checked.type ?? 'dyn'
    if (!types.includes(type) && !type.startsWith('dyn'))
      return { ok: false, error: `gives ${type}, not a ${wanted === 'bool' ? 'boolean' : 'number'}`, offset: 0 }
    const usage = [...new Map(of.usage.map((reference) => [JSON.stringify(reference), reference])).values()]
    return {
      ok: true,
      condition: {
        source,
        usage,
        variables: of.variables,
        inputs: of.inputs,
        evaluate(facts) {
          try {
            return result(parsed(bind(facts, of)), wanted)
          } catch (error) {
            return { ok: false, error: reason(error) }
          }
        },
      },
    }
  } catch (error) {
    return fault(error)
  }
}

function result(value: unknown, wanted: 'bool' | 'number'): Evaluation {
  if (wanted === 'bool')
    return typeof value === 'boolean' ? { ok: true, value } : { ok: false, error: 'it does not give a boolean' }
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return { ok: false, error: 'it does not give a number' }
  if (typeof value === 'bigint' && !Number.isSafeInteger(number))
    return { ok: false, error: 'it gives a whole number beyond 2^53' }
  return { ok: true, value: number }
}

/** Why an evaluation failed, in words that hold nothing from the facts. */
function reason(error: unknown): string {
  if (error instanceof FactsError) return error.message
  if (!(error instanceof EvaluationError)) return 'it cannot be evaluated'
  const node = error.node
  if (error.code === 'no_such_key' && node?.op === '.') return `there is no \`${node.args[1]}\``
  return error.code.replaceAll('_', ' ')
}

function fault(error: unknown): Compiled {
  if (error instanceof BoundsError) return { ok: false, error: error.message, offset: error.offset }
  // reason: cel-js gives its errors a summary and a range; anything else only has a message
  const known = error as { summary?: string; message?: string; range?: { start: number } }
  const text = (known.summary ?? known.message ?? 'not a condition').split('\n')[0] ?? ''
  const message = text.charAt(0).toLowerCase() + text.slice(1)
  return known.range === undefined
    ? { ok: false, error: message }
    : { ok: false, error: message, offset: known.range.start }
}
