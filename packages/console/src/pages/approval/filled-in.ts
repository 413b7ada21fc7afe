import type { AnswerField, Json, JsonObject, OperatorQuestion } from '@ecp/protocol'
import { hiddenCharacters } from '../../text/hidden-characters.ts'

/** What stands in the fields of a form, by name; of a JSON field under ''. */
export type FilledIn = Readonly<Record<string, string>>

/** The fields of a question's form; none where its answer is written as JSON. */
export function fieldsOf({ form }: Pick<OperatorQuestion, 'form'>): readonly AnswerField[] {
  if (form.kind === 'json') return []
  return form.kind === 'value' ? [form.field] : form.fields
}

/** What the fields begin with. A text that hides something is left out: in a field it would be sent without having been seen. */
export function startOf(question: Pick<OperatorQuestion, 'form'>): FilledIn {
  return Object.fromEntries(fieldsOf(question).map((field) => [field.name, startText(field)]))
}

function startText({ kind, choices, isRequired, start }: AnswerField): string {
  if (kind === 'choice' && start === undefined) return isRequired ? (choices[0] ?? '') : ''
  if (kind === 'boolean' && start === undefined) return ''
  const text = start === undefined ? '' : String(start)
  return text.replaceAll(/[\n\t]/g, '').search(hiddenCharacters) >= 0 ? '' : text
}

/** The answer that is filled in, or what is wrong with it. The host checks it against the schema. */
export function answerIn(
  { form }: Pick<OperatorQuestion, 'form'>,
  filled: FilledIn,
): { readonly value: Json } | { readonly fault: string; readonly field: string } {
  if (form.kind === 'json') {
    try {
      return { value: JSON.parse(filled[''] ?? '') as Json } // reason: what JSON.parse returns
    } catch {
      return { fault: 'This is not JSON.', field: '' }
    }
  }
  const values: Record<string, Json> = {}
  for (const field of form.kind === 'value' ? [form.field] : form.fields) {
    const text = filled[field.name] ?? ''
    // A text that is asked for may be empty; whether that fits is for its schema to say.
    const isLeftOut = text === '' && !(field.kind === 'text' && field.isRequired)
    if (isLeftOut && !field.isRequired) continue
    const value = isLeftOut ? undefined : fieldValue(field, text)
    if (value === undefined) return { fault: faults[field.kind], field: field.name }
    if (form.kind === 'value') return { value }
    Object.defineProperty(values, field.name, { value, enumerable: true })
  }
  return { value: values satisfies JsonObject }
}

const faults: Readonly<Record<AnswerField['kind'], string>> = {
  text: 'This is missing.',
  number: 'This is not a number.',
  integer: 'This is not a whole number.',
  boolean: 'Choose yes or no.',
  choice: 'Choose one.',
}

function fieldValue({ kind, choices }: AnswerField, text: string): Json | undefined {
  switch (kind) {
    case 'text':
      return text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'choice':
      return choices.includes(text) ? text : undefined
    case 'integer':
    case 'number': {
      const value = text.trim() === '' ? Number.NaN : Number(text)
      const isOne = kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)
      return isOne ? value : undefined
    }
  }
}
