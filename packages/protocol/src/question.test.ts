import { expect, test } from 'vitest'
import { type Json, questionIn } from './index.ts'

test('a question is read from arguments as it was asked, with whose it really is', () => {
  const question = { title: 'Well?', show: { lead: 1 }, said: { by: 'reviewer', text: 'which?' }, answer: {} }
  expect(questionIn({ ...question, more: 1 })).toEqual(question)
})

test.each<[string, Json]>([
  ['no title', { show: {} }],
  ['words of nobody', { title: 'Well?', said: { text: 'which?' } }],
  ['words that are no text', { title: 'Well?', said: { by: 'reviewer', text: 1 } }],
  ['a text in place of words', { title: 'Well?', said: 'which?' }],
  ['a list', []],
])('what is no question asks nothing: %s', (_, args) => {
  expect(questionIn(args)).toBeUndefined()
})
