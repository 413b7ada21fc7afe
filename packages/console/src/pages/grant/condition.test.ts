import { describe, expect, test } from 'vitest'
import { conditionOf, tiesOf } from './condition.ts'

describe('the arguments that a grant can be tied to', () => {
  test('are those with one readable value, as CEL writes them', () => {
    const ties = tiesOf({ path: '/srv/"a"\n', count: 3, isNew: true, list: [1], none: null, long: 'x'.repeat(300) })
    expect(conditionOf(ties)).toBe('args.path == "/srv/\\"a\\"\\n" && args.count == 3 && args.isNew == true')
  })

  test('have their name in brackets where it is no field of CEL', () => {
    expect(conditionOf(tiesOf({ 'a b"': 1 }))).toBe('args["a b\\""] == 1')
  })

  test('are written without a character that is hidden or turns the text around', () => {
    expect(conditionOf(tiesOf({ a: 'x\u202ey', 'b\u200b': '\u{e0041}' }))).toBe(
      'args.a == "x\\u202ey" && args["b\\u200b"] == "\\U000e0041"',
    )
  })

  test('leave out what is no Unicode, and what is no object', () => {
    expect(tiesOf({ broken: '\ud800', ok: 'é' })).toEqual([{ name: 'ok', cel: '"é"' }])
    expect(tiesOf(['a'])).toEqual([])
    expect(tiesOf(undefined)).toEqual([])
  })

  test('none of them is no condition', () => {
    expect(conditionOf([])).toBe('true')
  })
})
