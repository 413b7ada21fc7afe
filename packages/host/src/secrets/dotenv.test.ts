import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseDotenv } from './dotenv.ts'

const read = (text: string) => {
  const result = parseDotenv(text)
  return 'values' in result ? Object.fromEntries(result.values) : result.fault
}

describe('parseDotenv', () => {
  it('reads what Node reads, where both have a meaning for it', () => {
    const text = [
      'A=1',
      'export B = two words ',
      '',
      '# comment',
      "C='single # \\n $A'",
      'D="double # \\n x"   # comment',
      'E=plain # comment',
      'F=',
      'G="line one',
      'line two"',
      'I=a=b==',
    ].join('\n')
    expect(read(text)).toEqual({ ...parseEnv(text) })
    expect(read(text.replaceAll('\n', '\r\n'))).toEqual(read(text))
  })

  it('undoes the escapes of double quotes and expands nothing', () => {
    expect(read('A="a\\"b\\\\c\\$d\\te\\q"\nB=$A\nC="$(A)"')).toEqual({ A: 'a"b\\c$d\te\\q', B: '$A', C: '$(A)' })
  })

  it.each([
    ['just words', 1, 'not of the form KEY=value'],
    ['A=1\nA=2', 2, '`A` stands in the file twice'],
    ['A="open\nB=1', 2, 'the value of `A` has no closing quote'],
    ["A='x' y", 1, 'something stands after the closing quote of `A`'],
    ['A=`x`', 1, 'the value of `A` begins with a backtick; use single or double quotes'],
    ['A=a#b', 1, 'the value of `A` holds a #; put it in quotes'],
    ['1A=x', 1, 'not of the form KEY=value'],
  ])('refuses %j', (text, line, message) => {
    expect(read(text)).toEqual({ line, message })
  })
})
