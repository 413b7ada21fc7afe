import { expect, test } from 'vitest'
import { surplus } from './params.ts'

test.each([
  ['nothing', {}, {}],
  ['what the method names', { name: 'a', arguments: {} }, {}],
  ['a field that it does not name', { name: 'a', task: { ttl: 1 } }, { extra: { task: { ttl: 1 } } }],
  ['the progress token', { _meta: { progressToken: 1 } }, {}],
  ['the envelope', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }, {}],
  ['other _meta', { _meta: { progressToken: 1, 'example.com/a': 2 } }, { extra: { _meta: { 'example.com/a': 2 } } }],
  ['a trace', { _meta: { traceparent: '00-1', baggage: 3 } }, { traceContext: { traceparent: '00-1' } }],
  ['_meta that is none', { _meta: 'x' }, {}],
])('%s', (_what, params, wanted) => {
  expect(surplus(params, ['name', 'arguments'])).toEqual(wanted)
})
