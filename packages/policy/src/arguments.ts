import { type Json, type JsonObject, LinearPattern, type PinnedTool } from '@ecp/protocol'
import { Ajv, type ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { isCheckable, schemaCost } from './schema-bounds.ts'
import { misshapenKeyword } from './schema-shape.ts'

/** What is wrong with arguments, in one sentence without their values; `undefined` when they fit. */
export type ArgumentCheck = (value: Json) => string | undefined

/** Errors that are spelled out; the rest is counted by "and more". */
const shown = 3

/**
 * A check against a tool's pinned input schema (JSON Schema 2020-12, or draft-07 where it says so): nothing is coerced or filled in, formats are notes,
 * references stay inside the schema, patterns are matched in linear time. A schema that cannot be compiled or is too large
 * to bound fits nothing.
 */
export function argumentCheck(pinned: PinnedTool): ArgumentCheck {
  const known = checks.get(pinned)
  if (known) return known
  const check = schemaCheck(pinned.definition.inputSchema, {
    whole: 'the arguments',
    they: 'they',
    schema: 'its input schema',
  })
  checks.set(pinned, check)
  return check
}

/** Compiling costs milliseconds, so a check is kept as long as the definition that it belongs to. */
const checks = new WeakMap<PinnedTool, ArgumentCheck>()

/** How a check speaks of what it checks. */
interface Words {
  readonly whole: string
  readonly they: string
  readonly schema: string
}

/** The same check for any schema: an executor's output is not trusted any more than a tool's arguments. */
export function outputCheck(
  schema: JsonObject,
  words: Words = { whole: 'the output', they: 'it', schema: 'its schema' },
): ArgumentCheck {
  return schemaCheck(schema, words)
}

/** The same check for what a person answers. */
export function answerCheck(schema: JsonObject): ArgumentCheck {
  return schemaCheck(schema, { whole: 'the answer', they: 'it', schema: 'its schema' })
}

function schemaCheck(given: JsonObject, words: Words): ArgumentCheck {
  const cost = schemaCost(given)
  if (cost.fault !== undefined) return () => `${words.schema} cannot be checked: ${cost.fault}`
  const { $schema: dialect, $id: _, ...schema } = given
  if (misshapenKeyword(schema) !== undefined) return () => `${words.schema} is not a JSON Schema that can be checked`
  const ajv = typeof dialect === 'string' && dialect.includes('draft-07') ? compiler(Ajv) : compiler(Ajv2020)
  try {
    const validate = ajv.compile(schema)
    return (value) => {
      if (!isCheckable(value, cost)) return `${words.they} ${are(words)} too large or too deep for ${words.schema}`
      try {
        steps = 0
        return validate(value) === true ? undefined : describe(validate.errors ?? [], words)
      } catch {
        return `${words.they} cannot be checked against ${words.schema}`
      }
    }
  } catch {
    return () => `${words.schema} is not a JSON Schema that can be checked`
  } finally {
    ajv.removeSchema(schema)
  }
}

/** One compiler for each dialect. It keeps nothing of the schemas that it compiled. */
const compilers = new Map<typeof Ajv | typeof Ajv2020, Ajv | Ajv2020>()

function compiler(Dialect: typeof Ajv | typeof Ajv2020): Ajv | Ajv2020 {
  const known = compilers.get(Dialect)
  if (known) return known
  const options = {
    strict: false,
    validateFormats: false,
    logger: false,
    inlineRefs: false,
    validateSchema: false, // `misshapenKeyword` does
  } as const
  const ajv = new Dialect({ ...options, code: { regExp } })
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: uniqueItems, errors: false })
  compilers.set(Dialect, ajv)
  return ajv
}

/** Steps (instructions of a pattern times characters of a text) that the patterns of one check may take together. */
const maxSteps = 100_000_000
let steps = 0

/** A pattern that counts what it costs: many small ones on one large text are bounded as well. */
class MeteredPattern {
  readonly #pattern: LinearPattern
  constructor(source: string) {
    this.#pattern = new LinearPattern(source)
  }
  test(text: string): boolean {
    steps += this.#pattern.size * text.length
    if (steps > maxSteps) throw new RangeError('the patterns cost too much')
    return this.#pattern.test(text)
  }
  /** Ajv tells patterns apart by this text. */
  toString(): string {
    return this.#pattern.toString()
  }
}

const regExp = Object.assign((source: string) => new MeteredPattern(source), { code: 'linear' })

/** JSON Schema's `uniqueItems` over canonical texts, so that the cost is linear and not quadratic. */
function uniqueItems(wanted: boolean, items: readonly Json[]): boolean {
  return !wanted || new Set(items.map(sorted)).size === items.length
}

/** A text that is equal for equal JSON values, whatever the order of their keys. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

const are = ({ they }: Words): string => (they === 'it' ? 'is' : 'are')

function describe(errors: readonly ErrorObject[], { whole }: Words): string {
  const lines = errors.slice(0, shown).map(({ instancePath, keyword, params }) => {
    const where = instancePath === '' ? whole : `\`${instancePath.slice(0, 200)}\``
    return `${where} ${rule(keyword, params)}`
  })
  return errors.length > shown ? `${lines.join('; ')}; and more` : lines.join('; ')
}

/** A broken rule in words. Only what the schema says, never what the arguments hold. */
function rule(keyword: string, params: Record<string, unknown>): string {
  switch (keyword) {
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`
    case 'required':
      return `must have \`${params.missingProperty}\``
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'must not have other properties than its schema names'
    case 'enum':
    case 'const':
      return 'must be one of the values that its schema lists'
    case 'pattern':
      return 'must fit its pattern'
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${params.comparison} ${params.limit}`
    default:
      return `must fit \`${keyword}\``
  }
}
