import { expect, test } from 'vitest'
import { answerIn, startOf } from './filled-in.ts'

const question = {
  title: 'Well?',
  show: { writer: { headline: 'All new', text: 'one\ntwo', sly: 'a\u202eb' } },
  answer: {
    type: 'object',
    required: ['headline', 'go', 'copies'],
    properties: {
      headline: { type: 'string' },
      text: { type: 'string' },
      sly: { type: 'string' },
      go: { type: 'boolean' },
      copies: { type: 'integer' },
      price: { type: 'number' },
      when: { enum: ['now', 'later'] },
    },
  },
}

test('fields begin with what is shown, but for text that hides something', () => {
  expect(startOf(question)).toEqual({
    headline: 'All new',
    text: 'one\ntwo',
    sly: '',
    go: '',
    copies: '',
    price: '',
    when: '',
  })
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
])('%j is not sent', (wrong, field) => {
  const filled = { ...startOf(question), go: 'true', copies: '3', ...wrong }
  expect(answerIn(question, filled)).toMatchObject({ field, fault: expect.any(String) })
})

test('one value, and JSON', () => {
  expect(answerIn({ title: 'Well?' }, { '': 'a text' })).toEqual({ value: 'a text' })
  const list = { title: 'Well?', answer: { type: 'array' } }
  expect(answerIn(list, { '': '[1, 2]' })).toEqual({ value: [1, 2] })
  expect(answerIn(list, { '': '[1, 2' })).toMatchObject({ field: '' })
})
