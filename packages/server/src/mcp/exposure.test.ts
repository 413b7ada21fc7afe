import type { OfferedTool } from '@ecp/host'
import { describe, expect, test } from 'vitest'
import { expose, targetOf } from './exposure.ts'

const tool = (target: string): OfferedTool => ({ target, definition: { name: 'n', inputSchema: {} } })
const names = (targets: string[], style: 'prefixed' | 'plain') => [...expose(targets.map(tool), style).tools.keys()]

describe('names towards the client', () => {
  test('server__tool, sorted; or the plain name', () => {
    expect(names(['b:x', 'a:y'], 'prefixed')).toEqual(['a__y', 'b__x'])
    expect(names(['a:y', 'a:x'], 'plain')).toEqual(['x', 'y'])
  })

  test('a name over 128 characters is not shown', () => {
    const long = `a:${'x'.repeat(126)}`
    expect(expose([tool(long)], 'prefixed')).toEqual({ tools: new Map(), hidden: [long] })
    expect(expose([tool(long)], 'plain').hidden).toEqual([])
  })

  test("ecp's own tools keep their prefix beside plain names, and nobody else's tool takes their name", () => {
    expect(names(['a:y', 'a:ecp__memory/list', 'ecp:memory/list'], 'plain')).toEqual(['ecp__memory/list', 'y'])
    expect(
      expose([tool('a:ecp__memory/list'), tool('ecp:memory/list')], 'plain').tools.get('ecp__memory/list'),
    ).toEqual(tool('ecp:memory/list'))
    expect(targetOf('ecp__memory/list', 'plain', 'a')).toBe('ecp:memory/list')
    expect(targetOf('ecp__memory/list', 'prefixed')).toBe('ecp:memory/list')
  })

  test.each(['files:write_file', 'files:a__b', 'my-server:_x', 'a:b/c.d-e'])(
    '%s has one name, and the name one target',
    (target) => {
      const [prefixed = ''] = names([target], 'prefixed')
      expect(targetOf(prefixed, 'prefixed')).toBe(target)
      const [server] = target.split(':')
      const [plain = ''] = names([target], 'plain')
      expect(targetOf(plain, 'plain', server)).toBe(target)
    },
  )

  test('what was never shown still stands for something that can be recorded', () => {
    expect(targetOf('nonsense', 'prefixed')).toBe(':nonsense')
    expect(targetOf('nonsense', 'plain')).toBe(':nonsense')
  })
})
