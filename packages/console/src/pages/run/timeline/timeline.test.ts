import { expect, test } from 'vitest'
import { callsOf } from '../call.ts'
import { sampleSpan, sampleTrace } from '../sample-trace.ts'
import { barOf, lengthOf } from './bar.ts'
import { shownCalls } from './shown-calls.ts'

const calls = callsOf(
  sampleTrace([
    sampleSpan('a', 0, 'files:read', 'allow', { durationMs: 50 }),
    sampleSpan('b', 100, 'files:write', 'allow', { status: 'in-flight' }),
    sampleSpan('c', 150, 'jira:create', 'deny', {
      executorName: 'Writer',
      durationMs: 50,
      decision: {
        effect: 'deny',
        acts: 'write',
        policyDigest: '',
        reasons: [{ code: 'write.forbidden', layer: 'user', message: 'writes are forbidden' }],
      },
    }),
  ]),
)
const ids = (fates: string[], text: string) =>
  shownCalls(calls, { fates: new Set(fates) as never, text }).map(({ id }) => id) // reason: only for short tests

test('calls are found by what became of them, by target, executor and code', () => {
  expect(ids([], '')).toEqual(['a', 'b', 'c'])
  expect(ids(['denied', 'running'], '')).toEqual(['b', 'c'])
  expect(ids([], ' FILES:')).toEqual(['a', 'b'])
  expect(ids([], 'writer')).toEqual(['c'])
  expect(ids([], 'write.forb')).toEqual(['c'])
  expect(ids(['done'], 'write')).toEqual([])
})

test('bars lie within the run, and what still runs reaches its end', () => {
  const length = lengthOf(calls)
  expect(length).toBe(200)
  expect(calls.map((call) => barOf(call, length))).toEqual([
    { from: 0, width: 0.25 },
    { from: 0.5, width: 0.5 },
    { from: 0.75, width: 0.25 },
  ])
})

test('a run without length has bars all the same', () => {
  const [call] = callsOf(sampleTrace([sampleSpan('a', 0, 'files:read', 'deny')]))
  expect(call && barOf(call, lengthOf([call]))).toEqual({ from: 0, width: 0 })
})
