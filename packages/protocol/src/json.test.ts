import { expect, test } from 'vitest'
import { canonical } from './index.ts'

test('canonical JSON sorts keys and refuses what JSON cannot carry', () => {
  expect(canonical({ b: 1, a: [true, null, 'é'] })).toBe('{"a":[true,null,"é"],"b":1}')
  expect(() => canonical({ a: Number.NaN })).toThrow(expect.objectContaining({ code: 'json.not-canonical' }))
  expect(() => canonical('\ud800')).toThrow(expect.objectContaining({ code: 'json.not-canonical' }))
  expect(() => canonical(undefined)).toThrow(expect.objectContaining({ code: 'json.not-canonical' }))
})
