import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { columnsOf, cut, visible, visibleJson, visibleLines } from './visible.ts'

describe('visible', () => {
  test.each([
    ['\u001b[2J\u001b]0;title\u0007', '\\u{1b}[2J\\u{1b}]0;title\\u{7}'],
    ['\u009b31m', '\\u{9b}31m'],
    ['pay \u202eecilA', 'pay \\u{202e}ecilA'],
    ['\u2066a\u2069\u200e\u061c', '\\u{2066}a\\u{2069}\\u{200e}\\u{61c}'],
    ['a\u200bb\u00adc\ufeff', 'a\\u{200b}b\\u{ad}c\\u{feff}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['hidden\ufe01\u3164', 'hidden\\u{fe01}\\u{3164}'],
    ['one\ntwo\r\tthree\u2028four', 'one\\ntwo\\r\\tthree\\u{2028}four'],
    ['lone \ud800!', 'lone \\u{d800}!'],
    ['grün, 日本, 👍', 'grün, 日本, 👍'],
  ])('%j becomes %s', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  test('what it shows can be shown again unchanged', () => {
    const shown = visible('\u001b\u202e\n')
    expect(visible(shown)).toBe(shown)
  })

  test('cuts after the width it was given, and says that something is missing', () => {
    expect(visible('0123456789', 10)).toBe('0123456789')
    expect(visible('0123456789A', 10)).toBe('012345678…')
    expect(visible('日本日本', 5)).toBe('日本…')
    expect(columnsOf(visible('\u001b'.repeat(100), 20))).toBeLessThanOrEqual(20)
  })

  test('marks stacked on one character have a bound too', () => {
    expect(visible(`a${'\u0301'.repeat(100_000)}`, 10).length).toBeLessThan(50)
  })

  test('a text of any size is cut without looking at all of it', () => {
    const huge = '\u001b'.repeat(50_000_000)
    const replaced = vi.spyOn(String.prototype, 'replace')
    onTestFinished(() => replaced.mockRestore())
    visible(huge, 80)
    expect(replaced.mock.contexts.map((text) => String(text).length)).toEqual([320])
  })
})

test('lines stay lines', () => {
  expect(visibleLines('one\r\ntwo\u0007\nthree')).toBe('one\ntwo\\u{7}\nthree')
})

test('JSON is one line and hides nothing', () => {
  expect(visibleJson({ path: '/a\u202eb\n' })).toBe('{"path":"/a\\u{202e}b\\n"}')
  expect(visibleJson(undefined)).toBe('undefined')
})

test('columns count wide characters twice and combining marks not at all', () => {
  expect(columnsOf('abc')).toBe(3)
  expect(columnsOf('日本')).toBe(4)
  expect(columnsOf('e\u0301')).toBe(1)
  expect(cut('abc', 3)).toBe('abc')
})
