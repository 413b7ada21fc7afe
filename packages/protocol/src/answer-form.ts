import { isJsonObject, type Json, type JsonObject } from './json.ts'
import type { Question } from './question.ts'

/** One thing that a person fills in. */
export interface AnswerField {
  /** The property of the answer; empty where the field is the whole answer. */
  readonly name: string
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'choice'
  /** Of a choice. */
  readonly choices: readonly string[]
  readonly description?: string
  readonly isRequired: boolean
  /** What it begins with, to be left or changed. */
  readonly start?: string | number | boolean
}

/** How a person fills in an answer: one value, the properties of an object, or JSON where its schema is not that simple. */
export type AnswerForm =
  | { readonly kind: 'value'; readonly field: AnswerField }
  | { readonly kind: 'object'; readonly fields: readonly AnswerField[] }
  | { readonly kind: 'json' }

/** Most fields that are asked for one by one. */
const mostFields = 30
const simple = new Set([
  'type',
  'title',
  'description',
  'default',
  'enum',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
])
const ofObject = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  '$schema',
  '$id',
])

/**
 * The form for a question. A field begins with its schema's `default`, or with what stands under the same name in the one shown
 * output that has it: so a draft that is shown is confirmed, or changed. What answers an agent elsewhere begins with nothing that was
 * shown: it is no draft of the answer. What a form gives is checked like any other answer.
 */
export function answerForm({ answer, show = {}, said }: Question): AnswerForm {
  if (answer === undefined) return { kind: 'value', field: { name: '', kind: 'text', choices: [], isRequired: true } }
  const shown = said ? [] : Object.values(show)
  const whole = fieldOf('', answer, true, shown)
  if (whole) return { kind: 'value', field: whole }
  const { properties, required } = answer
  const isSimple = answer.type === 'object' && Object.keys(answer).every((key) => ofObject.has(key))
  if (!isSimple || !isJsonObject(properties)) return { kind: 'json' }
  const names: readonly Json[] = Array.isArray(required) ? required : []
  // What is recorded has its keys in order of their names: only the list of what is required has kept the order that was written.
  const entries = Object.entries(properties).sort(([a], [b]) => placeIn(names, a) - placeIn(names, b))
  const fields = entries.flatMap(([name, schema]) => {
    const values = shown.flatMap((one) => (isJsonObject(one) && Object.hasOwn(one, name) ? [one[name] ?? null] : []))
    return isJsonObject(schema) ? (fieldOf(name, schema, names.includes(name), values) ?? []) : []
  })
  const isWhole = fields.length === entries.length && fields.length > 0 && fields.length <= mostFields
  return isWhole ? { kind: 'object', fields } : { kind: 'json' }
}

/** Where a name stands in a list; after its end where it does not. */
function placeIn(names: readonly Json[], name: string): number {
  const place = names.indexOf(name)
  return place < 0 ? names.length : place
}

function fieldOf(
  name: string,
  schema: JsonObject,
  isRequired: boolean,
  shown: readonly Json[],
): AnswerField | undefined {
  if (!Object.keys(schema).every((key) => simple.has(key))) return undefined
  const { type, description } = schema
  const choices = choicesIn(schema.enum)
  if (schema.enum !== undefined && (choices.length === 0 || (type !== undefined && type !== 'string'))) return undefined
  const kind = choices.length > 0 ? 'choice' : type === 'string' ? 'text' : type
  if (kind !== 'choice' && kind !== 'text' && kind !== 'number' && kind !== 'integer' && kind !== 'boolean')
    return undefined
  const starts = [schema.default, ...(shown.length === 1 ? shown : [])]
  const start = starts.find((value) => fits(kind, choices, value))
  return {
    name,
    kind,
    choices,
    isRequired,
    ...(typeof description === 'string' ? { description } : {}),
    // reason: `fits` lets no other value pass
    ...(start === undefined ? {} : { start: start as string | number | boolean }),
  }
}

function choicesIn(values: Json | undefined): readonly string[] {
  if (!Array.isArray(values)) return []
  const texts = values.filter((value): value is string => typeof value === 'string')
  return texts.length === values.length ? texts : []
}

function fits(kind: AnswerField['kind'], choices: readonly string[], value: Json | undefined): boolean {
  switch (kind) {
    case 'choice':
      return typeof value === 'string' && choices.includes(value)
    case 'text':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return typeof value === 'number'
  }
}
