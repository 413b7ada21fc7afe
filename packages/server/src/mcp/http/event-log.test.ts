import { describe, expect, test } from 'vitest'
import { EventBudget } from './event-budget.ts'
import { EventLog, type Kept } from './event-log.ts'

const text = 'x'.repeat(10)

/** A log of a session, one stream in it, and a clock. */
function opened(limits: { readonly maxBytes?: number; readonly maxAgeMs?: number }, budget = new EventBudget(1_000)) {
  let at = 0
  const log = new EventLog({ maxBytes: 1_000, maxTotalBytes: 1_000, maxAgeMs: 1_000, ...limits }, budget, () => at)
  const stream: Kept = { events: 0, lostUpTo: 0 }
  return {
    log,
    stream,
    pass: (ms: number) => {
      at += ms
    },
    add: (...seqs: readonly number[]) => {
      for (const seq of seqs) log.add(stream, seq, text)
    },
    /** The numbers of the events that can be asked for again after this one. */
    after: (seq: number) => log.after(stream, seq)?.map((event) => event.seq),
  }
}

describe('the events that can be asked for again', () => {
  test('are those of the last while: who asks for what came before it is told that it is gone', () => {
    const { add, after, pass, log, stream } = opened({ maxAgeMs: 100 })
    add(1)
    pass(60)
    add(2)
    pass(40)
    expect(after(0)).toEqual([1, 2])
    pass(1)
    log.expire()
    expect(after(0)).toBeUndefined()
    expect(after(1)).toEqual([2])
    expect(stream).toEqual({ events: 1, lostUpTo: 1 })
    pass(100)
    add(3)
    expect(after(1)).toBeUndefined()
    expect(after(2)).toEqual([3])
  })

  test('of one session are bounded: the oldest go first', () => {
    const { add, after, log } = opened({ maxBytes: 25 })
    add(1, 2, 3)
    expect(log.bytes).toBe(20)
    expect(after(0)).toBeUndefined()
    expect(after(1)).toEqual([2, 3])
  })

  test('one that is too large by itself is not kept, and those before it stay', () => {
    const { add, after, log, stream } = opened({ maxBytes: 25 })
    add(1)
    log.add(stream, 2, 'x'.repeat(26))
    expect(after(0)).toBeUndefined()
    expect(log.bytes).toBeLessThanOrEqual(25)
    add(3)
    expect(after(2)).toEqual([3])
  })

  test('of all sessions are bounded together: the largest gives way, and no other', () => {
    const budget = new EventBudget(40)
    const [large, small] = [opened({}, budget), opened({}, budget)]
    large.add(1, 2, 3)
    small.add(1)
    expect(budget.used).toBe(40)
    small.add(2)
    expect(budget.used).toBe(40)
    expect(small.after(0)).toEqual([1, 2])
    expect(large.after(0)).toBeUndefined()
    expect(large.after(1)).toEqual([2, 3])
    large.log.clear()
    small.log.clear()
    expect(budget.used).toBe(0)
  })
})
