import { expect, test } from 'vitest'
import { consoleOrigin } from './console-origin.ts'

test.each([
  ['http://127.0.0.1:7391', 'http://localhost:7391'],
  ['http://[::1]:7391', 'http://localhost:7391'],
  ['http://0.0.0.0:7391', 'http://localhost:7391'],
  ['http://[::]:7391', 'http://localhost:7391'],
  ['http://10.0.0.7:7391', 'http://10.0.0.7:7391'],
])('the console of %s is at %s', (place, origin) => {
  expect(consoleOrigin(place)).toBe(origin)
})
