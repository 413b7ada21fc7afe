import type { OfferedTool } from '@ecp/host'
import { describe, expect, test } from 'vitest'
import { attemptedTarget, expose } from './exposure.ts'

const tool = (target: string): OfferedTool => ({ target, definition: { name: 'n', inputSchema: {} } })

describe('names towards the client', () => {
  test('server__tool, sorted', () => {
    const { tools, hidden } = expose([tool('b:x'), tool('a:y')], 'prefixed')
    expect([...tools].map(([name, { target }]) => [name, target])).toEqual([
      ['a__y', 'a:y'],
      ['b__x', 'b:x'],
    ])
    expect(hidden).toEqual([])
  })

  test('two tools with one name: neither is shown', () => {
    const { tools, hidden } = expose([tool('a:b__c'), tool('a--b:c'), tool('a__b:c')], 'prefixed')
    expect([...tools.keys()]).toEqual(['a--b__c'])
    expect(hidden).toEqual(['a:b__c', 'a__b:c'])
  })

  test('a name over 128 characters is not shown', () => {
    const long = tool(`a:${'x'.repeat(126)}`)
    expect(expose([long], 'prefixed').hidden).toEqual([long.target])
    expect(expose([long], 'plain').hidden).toEqual([])
  })

  test('an attempt at a name that was not shown is recorded as what it would have meant', () => {
    expect(attemptedTarget('files__write_file', 'prefixed')).toBe('files:write_file')
    expect(attemptedTarget('files__a__b', 'prefixed')).toBe('files:a__b')
    expect(attemptedTarget('nonsense', 'prefixed')).toBe(':nonsense')
    expect(attemptedTarget('files__x', 'plain')).toBe(':files__x')
  })
})
