import { expect, test } from 'vitest'
import { answerForm } from './answer-form.ts'

const field = (name: string, kind: string, more: object = {}) => ({
  name,
  kind,
  choices: [],
  isRequired: false,
  ...more,
})

test('an object of simple properties is a field for each, which begins with what is shown under its name', () => {
  const answer = {
    type: 'object',
    required: ['headline', 'when'],
    properties: {
      headline: { type: 'string', description: 'One line' },
      when: { enum: ['now', 'later'], default: 'later' },
      copies: { type: 'integer' },
      price: { type: 'number' },
      loud: { type: 'boolean' },
    },
  }
  const show = { writer: { headline: 'All new', copies: 'three', loud: true }, other: { loud: false }, third: 'text' }
  expect(answerForm({ title: 't', answer, show })).toEqual({
    kind: 'object',
    fields: [
      field('headline', 'text', { isRequired: true, description: 'One line', start: 'All new' }),
      field('when', 'choice', { choices: ['now', 'later'], isRequired: true, start: 'later' }),
      field('copies', 'integer'),
      field('price', 'number'),
      field('loud', 'boolean'),
    ],
  })
})

test('a simple value is one field; without a schema it is a text', () => {
  expect(answerForm({ title: 't' })).toEqual({ kind: 'value', field: field('', 'text', { isRequired: true }) })
  expect(answerForm({ title: 't', answer: { type: 'string' }, show: { writer: 'a draft' } })).toEqual({
    kind: 'value',
    field: field('', 'text', { isRequired: true, start: 'a draft' }),
  })
})

test.each([
  { type: 'array', items: { type: 'string' } },
  { type: 'object' },
  { type: 'object', properties: { a: { type: 'object' } } },
  { type: 'object', properties: { a: { type: 'string', pattern: '^a' } } },
  { type: 'object', properties: { a: { type: ['string', 'null'] } } },
  { type: 'object', properties: { a: { enum: ['a', 1] } } },
  { type: 'object', properties: { a: { type: 'string' } }, oneOf: [] },
  { enum: [] },
  {},
])('what is not that simple is JSON: %j', (answer) => {
  expect(answerForm({ title: 't', answer })).toEqual({ kind: 'json' })
})

test('what answers an agent elsewhere begins with nothing that somebody else wrote', () => {
  const said = { by: 'reviewer', text: 'which one?' }
  const answer = { type: 'string', minLength: 1 }
  expect(answerForm({ title: 't', answer, show: { writer: 'a draft' }, said })).toEqual({
    kind: 'value',
    field: field('', 'text', { isRequired: true }),
  })
})
