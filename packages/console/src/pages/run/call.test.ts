import { expect, test } from 'vitest'
import { callsOf } from './call.ts'
import { sampleSpan, sampleTrace } from './sample-trace.ts'
import { tallyOf } from './tally.ts'

test('calls stand in the order of their time, and of equal times in that of the trace', () => {
  const calls = callsOf(
    sampleTrace([
      sampleSpan('late', 30, 'files:read', 'allow'),
      sampleSpan('first', 10, 'files:read', 'deny'),
      sampleSpan('second', 10, 'files:write', 'hold'),
    ]),
  )
  expect(calls.map(({ id, number, at }) => [id, number, at])).toEqual([
    ['first', 1, 10],
    ['second', 2, 10],
    ['late', 3, 30],
  ])
})

test('what became of a call: the decision where it was stopped, else its status', () => {
  const calls = callsOf(
    sampleTrace([
      sampleSpan('a', 1, 'files:read', 'allow'),
      sampleSpan('b', 2, 'files:read', 'allow', { status: 'in-flight' }),
      sampleSpan('c', 3, 'files:read', 'allow', { status: 'cancelled' }),
      sampleSpan('d', 4, 'files:read', 'allow', { status: 'unknown' }),
      sampleSpan('e', 5, 'files:read', 'deny'),
      sampleSpan('f', 6, 'files:read', 'hold'),
      sampleSpan('g', 7, 'files:read', 'propose'),
      sampleSpan('h', 8, 'files:read', 'allow'),
    ]),
  )
  expect(calls.map(({ fate }) => fate)).toEqual([
    'done',
    'running',
    'failed',
    'unknown',
    'denied',
    'held',
    'proposed',
    'done',
  ])
  expect(tallyOf(calls)).toEqual([
    { fate: 'done', count: 2 },
    { fate: 'running', count: 1 },
    { fate: 'failed', count: 1 },
    { fate: 'unknown', count: 1 },
    { fate: 'denied', count: 1 },
    { fate: 'held', count: 1 },
    { fate: 'proposed', count: 1 },
  ])
})

test('a tool is told apart from its server; what is no tool keeps its whole target', () => {
  const [tool, resource] = callsOf(
    sampleTrace([
      sampleSpan('a', 1, 'files:read:all', 'allow', { toolArgs: { path: 'x' }, toolResult: 'y' }),
      {
        ...sampleSpan('b', 2, '', 'allow'),
        toolName: undefined as never, // reason: as JSON leaves it out
        type: 'resource-read',
        target: 'files:file:///srv',
        arguments: { uri: 1 },
        output: 2,
      },
    ]),
  )
  expect(tool).toMatchObject({ server: 'files', name: 'read:all', arguments: { path: 'x' }, result: 'y' })
  expect(resource).toMatchObject({
    server: 'resource-read',
    name: 'files:file:///srv',
    arguments: { uri: 1 },
    result: 2,
  })
})

test('a time that a damaged ledger cannot tell is left out', () => {
  const [call] = callsOf(sampleTrace([sampleSpan('a', 1, 'files:read', 'allow', { startedAt: '9e99' })]))
  expect(call).toMatchObject({ id: 'a', number: 1 })
  expect(call).not.toHaveProperty('at')
})
