import { type Json, parseContext } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { bindInputs } from './inputs.ts'

const { document } = parseContext(
  `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: c, version: 1.0.0 }
inputs:
  folder: { type: string, required: true }
  limit: { type: integer, default: 5 }
  rate: { type: number }
  dry: { type: boolean }
  size: { type: string, enum: [small, large] }
orchestration: { entrypoint: a, strategy: single }
executors: [{ name: a, type: agent }]
`,
  'context.yaml',
)

function bind(given: Record<string, Json>) {
  if (!document) throw new Error('the document above is valid')
  return bindInputs(document, given)
}

describe('inputs of a Context', () => {
  test('text is read as the declared type, and defaults are filled in', () => {
    expect(bind({ folder: '/a' })).toEqual({ folder: '/a', limit: 5 })
    expect(bind({ folder: '7', limit: '12', rate: '-0.5', dry: 'false', size: 'small' })).toEqual({
      folder: '7',
      limit: 12,
      rate: -0.5,
      dry: false,
      size: 'small',
    })
  })

  test.each([
    [{}, 'input `folder` is required: give it with `-i folder=...`'],
    [{ folder: 7 }, 'input `folder` is not of type string'],
    [{ folder: '/a', limit: '1.5' }, 'input `limit` is not of type integer'],
    [{ folder: '/a', limit: '1e400' }, 'input `limit` is not of type integer'],
    [{ folder: '/a', dry: 'yes' }, 'input `dry` is not of type boolean'],
    [{ folder: '/a', size: 'huge' }, 'input `size` is not one of `small`, `large`'],
    [{ folder: '/a', foldr: '/b' }, 'input `foldr` is not declared; declared are `folder`'],
    [{ folder: '/a', constructor: 'x' }, 'input `constructor` is not declared'],
  ])('%j is refused: %s', (given, message) => {
    expect(() => bind(given as Record<string, Json>)).toThrow(message) // reason: the table mixes shapes
  })

  test('every fault is reported at once', () => {
    expect(() => bind({ limit: 'x', other: 1 })).toThrow(/other.*folder.*limit/)
  })
})
