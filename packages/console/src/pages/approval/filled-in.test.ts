import type { AnswerField } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { answerIn, startOf } from './filled-in.ts'

const field = (name: string, kind: AnswerField['kind'], more: Partial<AnswerField> = {}): AnswerField => ({
  name,
  kind,
  choices: [],
  isRequired: false,
  ...more,
})
const fields = [
  field('headline', 'text', { isRequired: true, start: 'All new' }),
  field('go', 'boolean', { isRequired: true }),
  field('copies', 'integer', { isRequired: true }),
  field('text', 'text', { start: 'one\ntwo' }),
  field('sly', 'text', { start: 'a\u202eb' }),
  field('price', 'number'),
  field('when', 'choice', { choices: ['now', 'later'] }),
]
const question = { form: { kind: 'object', fields } } as const

test('fields begin with what is shown, but for text that hides something', () => {
  const start = { headline: 'All new', go: '', copies: '', text: 'one\ntwo', sly: '', price: '', when: '' }
  expect(startOf(question)).toEqual(start)
})

test('what is filled in becomes values of their kinds, and what is empty is left out', () => {
  const filled = { ...startOf(question), headline: '', text: '', go: 'false', copies: '3', when: 'later' }
  expect(answerIn(question, filled)).toEqual({ value: { headline: '', go: false, copies: 3, when: 'later' } })
})

test.each([
  [{ go: '' }, 'go'],
  [{ copies: '1.5' }, 'copies'],
  [{ copies: '' }, 'copies'],
  [{ price: 'many' }, 'price'],
  [{ when: 'never' }, 'when'],
])('%j is not sent', (wrong, name) => {
  const filled = { ...startOf(question), go: 'true', copies: '3', ...wrong }
  expect(answerIn(question, filled)).toMatchObject({ field: name, fault: expect.any(String) })
})

test('one value, and JSON', () => {
  const one = { form: { kind: 'value', field: field('', 'text', { isRequired: true }) } } as const
  expect(answerIn(one, { '': 'a text' })).toEqual({ value: 'a text' })
  const json = { form: { kind: 'json' } } as const
  expect(answerIn(json, { '': '[1, 2]' })).toEqual({ value: [1, 2] })
  expect(answerIn(json, { '': '[1, 2' })).toMatchObject({ field: '' })
})
