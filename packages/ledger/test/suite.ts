import { type Counters, canonical, type Draw } from '@ecp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { frozenBucket, type Ledger, LedgerError, type RunQuery, sha256 } from '../src/index.ts'
import { action, asked, catalogue, completed, done, policy, policyText, run, start } from './samples.ts'

/** A place for one ledger. `open` may be called several times, as several processes would. */
export interface Place {
  open(): Ledger
  remove(): void
}

/** What every store must do. `make` gives an empty place. */
export function ledgerSuite(name: string, make: () => Place): void {
  describe(`ledger on ${name}`, () => {
    let place: Place
    let ledger: Ledger
    beforeEach(() => {
      place = make()
      ledger = place.open()
    })
    afterEach(() => {
      ledger.close()
      place.remove()
    })

    const kinds = (chain: string) => [...ledger.records(chain)].map(({ record }) => record.kind)
    /** The counters that a decision at this moment sees. */
    const counters = async (
      runId: string,
      id: string,
      at: number,
      ...queries: [name: string, bucket: string, kind: 'total' | 'busy', windowMs?: number | undefined][]
    ): Promise<Counters> => {
      const answer = await ledger.decide(
        asked(runId, id, {
          at,
          effect: 'deny',
          queries: queries.map(([queryName, bucket, kind, windowMs]) => ({
            name: queryName,
            bucket,
            kind,
            ...(windowMs !== undefined && { windowMs }),
          })),
        }),
      )
      return answer.decided.counters
    }
    const sound = () => expect(ledger.verify().faults).toEqual([])

    describe('runs', () => {
      test('a run starts once and is joined after that', async () => {
        expect(await ledger.openRun(run('a', 1_000))).toEqual({ run: 'a', startedAt: 1_000, joined: false })
        expect(await ledger.openRun(run('a', 1_500))).toEqual({ run: 'a', startedAt: 1_000, joined: true })
        expect(kinds('a')).toEqual(['run.started'])
        expect(kinds('')).toEqual(['run.opened'])
        sound()
      })

      test('a client that comes back finds its newest run, also when both come at once', async () => {
        const joinSince = 500
        const [first, second] = await Promise.all([
          ledger.openRun({ ...run('a'), joinSince }),
          ledger.openRun({ ...run('b'), joinSince }),
        ])
        expect([first.run, second.run]).toEqual(['a', 'a'])
        expect((await ledger.openRun({ ...run('c', 1_100, { client: 'other' }), joinSince })).run).toBe('c')
        expect((await ledger.openRun({ ...run('d', 1_200, { executor: 'other' }), joinSince })).run).toBe('d')
        expect((await ledger.openRun({ ...run('e', 2_000), joinSince: 1_001 })).run).toBe('e')
        await ledger.endRun('e', 2_001, 'ended')
        expect((await ledger.openRun({ ...run('f', 2_002), joinSince: 0 })).run).toBe('a')
      })

      test('an ended run takes nothing more, and a run that nobody opened takes nothing', async () => {
        await ledger.openRun(run('a'))
        await ledger.endRun('a', 1_100, 'completed', { answer: 42 })
        await ledger.endRun('a', 1_200, 'failed')
        expect(kinds('a')).toEqual(['run.started', 'run.ended'])
        expect(kinds('')).toEqual(['run.opened', 'run.closed'])
        await expect(ledger.decide(asked('a', '1'))).rejects.toMatchObject({ code: 'ledger.run-ended' })
        await expect(ledger.append('a', 1, 'plan.made', {})).rejects.toMatchObject({ code: 'ledger.run-ended' })
        await expect(ledger.openRun(run('a'))).rejects.toMatchObject({ code: 'ledger.run-ended' })
        await expect(ledger.decide(asked('z', '1'))).rejects.toMatchObject({ code: 'ledger.run-unknown' })
        await expect(ledger.endRun('z', 1, 'completed')).rejects.toMatchObject({ code: 'ledger.run-unknown' })
        sound()
      })

      test('an end forgets no action in flight', async () => {
        await ledger.openRun(run('a'))
        await ledger.decide(asked('a', 'read'))
        await ledger.decide(asked('a', 'write', { write: true, at: 2_001 }))
        await ledger.endRun('a', 3_000, 'cancelled')
        const outcomes = [...ledger.records('a')].flatMap(({ record }) =>
          record.kind === 'action.finished' ? [[record.body.action, record.body.outcome.status]] : [],
        )
        expect(outcomes).toEqual([
          ['read', 'failed'],
          ['write', 'unknown'],
        ])
        expect(await ledger.finish(done('a', 'read'))).toBe(false)
        expect(ledger.inFlight()).toEqual([])
        sound()
      })

      test('summaries, newest first', async () => {
        await ledger.openRun(run('a', 1_000))
        await ledger.openRun(run('b', 1_001))
        await ledger.decide(asked('a', '1'))
        await ledger.decide(asked('a', '2'))
        await ledger.decide(asked('a', '3', { effect: 'deny' }))
        await ledger.finish(done('a', '1'))
        await ledger.endRun('b', 1_002, 'completed')
        expect(ledger.runs()).toEqual([
          {
            run: 'b',
            start,
            startedAt: 1_001,
            endedAt: 1_002,
            status: 'completed',
            actions: 0,
            denied: 0,
            inFlight: 0,
          },
          { run: 'a', start, startedAt: 1_000, status: 'running', actions: 3, denied: 1, inFlight: 1 },
        ])
      })
    })

    describe('runs of one client and principal', () => {
      const of = (query: Partial<RunQuery> = {}) =>
        ledger.runsOf({ client: 'desk', principal: 'mira', limit: 10, ...query }).map((found) => found.run)

      test('are all that it sees, newest first, in pages', async () => {
        for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) await ledger.openRun(run(id, 1_000 + index))
        await ledger.openRun(run('other', 1_002, { client: 'phone' }))
        await ledger.openRun(run('hers', 1_002, { principal: 'ada' }))
        // Two of one moment stay apart.
        await ledger.openRun(run('e', 1_003))
        expect(of()).toEqual(['e', 'd', 'c', 'b', 'a'])
        expect(of({ limit: 2 })).toEqual(['e', 'd'])
        expect(of({ limit: 2, after: 'd' })).toEqual(['c', 'b'])
        expect(of({ after: 'a' })).toEqual([])
        expect(of({ principal: 'ada' })).toEqual(['hers'])
        expect(of({ client: 'nobody' })).toEqual([])
        expect(ledger.runsOf({ client: 'desk', principal: 'mira', limit: 10 })).toEqual(
          ledger.runs().filter(({ start }) => start.client === 'desk' && start.principal === 'mira'),
        )
      })

      test('are found by status', async () => {
        await ledger.openRun(run('a'))
        await ledger.openRun(run('b'))
        await ledger.endRun('a', 1_100, 'cancelled')
        expect(of({ status: 'running' })).toEqual(['b'])
        expect(of({ status: 'cancelled' })).toEqual(['a'])
        expect(of({ status: 'completed' })).toEqual([])
      })

      test('a run of somebody else is no place to go on from', async () => {
        await ledger.openRun(run('a'))
        await ledger.openRun(run('other', 1_001, { client: 'phone' }))
        expect(of({ after: 'other' })).toEqual([])
        expect(of({ after: 'none' })).toEqual([])
        expect(of({ after: '' })).toEqual([])
      })

      test('one is found by its id', async () => {
        await ledger.openRun(run('a'))
        expect(ledger.run('a')).toEqual(ledger.runs()[0])
        expect(ledger.run('b')).toBeUndefined()
        expect(ledger.run('')).toBeUndefined()
      })
    })

    describe('records', () => {
      test('are canonical, hashed and chained', async () => {
        await ledger.openRun(run('a'))
        await ledger.decide(asked('a', '1', { write: true }))
        await ledger.finish(done('a', '1'))
        await ledger.append('a', 2_020, 'executor.finished', { name: 'assistant' })
        const records = [...ledger.records('a')]
        expect(records.map(({ record }) => record.kind)).toEqual([
          'run.started',
          'action.decided',
          'action.intended',
          'action.finished',
          'executor.finished',
        ])
        let previous = '0'.repeat(64)
        for (const [index, { record, hash }] of records.entries()) {
          expect(record).toMatchObject({ seq: index + 1, run: 'a', previous })
          expect(hash).toBe(sha256(canonical(record)))
          previous = hash
        }
        expect([...ledger.records('a', 4)].map(({ record }) => record.seq)).toEqual([4, 5])
        sound()
      })

      test('are read in pages while others are written', async () => {
        await ledger.openRun(run('a'))
        await Promise.all(
          Array.from({ length: 200 }, (_, index) => ledger.append('a', 1_000 + index, 'plan.made', { index })),
        )
        let read = 0
        for (const { record } of ledger.records('a')) {
          expect(record.seq).toBe(++read)
          if (read === 100) await ledger.append('a', 5_000, 'plan.made', { late: true })
        }
        expect(read).toBe(202)
      })

      test('what only the ledger writes is not appended', async () => {
        await ledger.openRun(run('a'))
        // reason: what the type forbids, a program without types may still try
        const append = ledger.append.bind(ledger) as (
          run: string,
          at: number,
          kind: string,
          body: object,
        ) => Promise<void>
        await expect(append('a', 1, 'action.finished', {})).rejects.toMatchObject({ code: 'ledger.invalid' })
        await expect(append('a', 1, 'host.frozen', { by: 'x' })).rejects.toMatchObject({ code: 'ledger.invalid' })
      })

      test('blobs are found under their digest and nowhere else', async () => {
        await ledger.openRun(run('a'))
        expect(ledger.blob(policy)).toBe(policyText)
        expect(ledger.blob(sha256('nothing'))).toBeUndefined()
        const wrong = new Map([[sha256('right'), 'wrong']])
        await expect(ledger.append('a', 1_001, 'plan.made', {}, wrong)).rejects.toMatchObject({
          code: 'ledger.invalid',
        })
        expect(kinds('a')).toEqual(['run.started'])
        await ledger.decide(asked('a', '1'))
        await ledger.finish(done('a', '1', { blob: { digest: sha256('large'), text: 'large' } }))
        expect(ledger.blob(sha256('large'))).toBe('large')
        sound()
      })

      test('of pins the newest counts', async () => {
        const pin = (tool: string, text: string) =>
          ledger.append(
            '',
            1_000,
            'tool.pinned',
            { tool, definition: sha256(text), source: 'first-use' },
            new Map([[sha256(text), text]]),
          )
        await pin('files:read', '{"a":1}')
        await pin('files:write', '{"b":1}')
        await pin('files:read', '{"a":2}')
        expect(await ledger.pins()).toEqual(
          new Map([
            ['files:read', sha256('{"a":2}')],
            ['files:write', sha256('{"b":1}')],
          ]),
        )
        sound()
      })
    })

    test('what is done with its decision is on record with it, never in flight, and no deny or intent has an outcome beside it', async () => {
      await ledger.openRun(run('a'))
      const blob = { digest: sha256('large'), text: 'large' }
      const withOutcome = (id: string, sample: Parameters<typeof asked>[2]) => {
        const request = asked('a', id, sample)
        const finished = { outcome: completed, blob }
        return ledger.decide({ ...request, decide: (...read) => ({ ...request.decide(...read), finished }) })
      }
      for (const sample of [{ effect: 'deny' }, { effect: 'hold' }, { write: true }] as const) {
        await expect(withOutcome('no', sample)).rejects.toMatchObject({ code: 'ledger.invalid' })
      }
      const draws = [
        { kind: 'busy', bucket: 'time', amount: 0 },
        { kind: 'reserve', bucket: 'tokens', amount: 5 },
      ] as const
      await withOutcome('done', { draws })
      expect(kinds('a')).toEqual(['run.started', 'action.decided', 'action.finished'])
      expect(ledger.inFlight()).toEqual([])
      expect(ledger.blob(blob.digest)).toBe('large')
      const used = await counters('a', 'after', 9_000, ['time', 'time', 'busy'], ['tokens', 'tokens', 'total'])
      expect(used).toEqual({ time: 0, tokens: 5 })
      sound()
    })

    test('a run is found as it would be joined, and counters are read, without a word written', async () => {
      const queries = [{ name: 'calls', bucket: 'calls', kind: 'total' }] as const
      expect(await ledger.findRun(start, 0)).toBeUndefined()
      expect(await ledger.counters(queries, 1_000)).toEqual({ calls: 0 })
      expect([...ledger.records('')]).toEqual([])
      await ledger.openRun(run('a', 1_000))
      await ledger.decide(asked('a', '1', { draws: [{ kind: 'count', bucket: 'calls', amount: 2 }] }))
      const before = [...ledger.records('a'), ...ledger.records('')].length
      expect(await ledger.findRun(start, 1_000)).toBe('a')
      expect(await ledger.findRun(start, 1_001)).toBeUndefined()
      expect(await ledger.findRun({ ...start, client: 'other' }, 0)).toBeUndefined()
      expect(await ledger.counters(queries, 2_000)).toEqual({ calls: 2 })
      await expect(ledger.counters(queries, Number.NaN)).rejects.toBeInstanceOf(LedgerError)
      expect([...ledger.records('a'), ...ledger.records('')]).toHaveLength(before)
      sound()
    })

    describe('decide', () => {
      beforeEach(() => ledger.openRun(run('a')))

      test('what is asked in one turn sees what was decided before it', async () => {
        const budget = asked('a', '', {})
        const draws: Draw[] = [{ kind: 'count', bucket: 'calls', amount: 1 }]
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            ledger.decide({
              ...asked('a', `${index}`, {
                draws,
                queries: [{ name: 'calls', bucket: 'calls', kind: 'total' }],
                effect: ({ calls = 0 }) => (calls < 3 ? 'allow' : 'deny'),
              }),
              owner: budget.owner,
            }),
          ),
        )
        expect(
          answers.map(({ decided }) => decided.decision.effect).filter((effect) => effect === 'allow'),
        ).toHaveLength(3)
        expect(answers.map(({ decided }) => decided.counters.calls)).toEqual([0, 1, 2, 3, 3, 3, 3, 3, 3, 3])
        sound()
      })

      test('one that throws fails alone', async () => {
        const broken = { ...asked('a', '2'), decide: () => { throw new RangeError('broken rule') } } // biome-ignore format: one line says it
        const unwritable = asked('a', '3', { queries: [{ name: 'calls', bucket: '\ud800', kind: 'total' }] })
        const odd = { ...unwritable, decide: (given: Counters) => {
          const bodies = asked('a', '3').decide(given, {})
          return { decided: { ...bodies.decided, counters: { calls: Number.NaN } } }
        } } // biome-ignore format: as above
        const results = await Promise.allSettled([
          ledger.decide(asked('a', '1')),
          ledger.decide(broken),
          ledger.decide(odd),
          ledger.decide(asked('b', '4')),
          ledger.decide(asked('a', '5', { draws: [{ kind: 'count', bucket: 'x', amount: -1 }] })),
          ledger.decide(asked('a', '5', { draws: [{ kind: 'count', bucket: frozenBucket, amount: 1 }] })),
          ledger.decide(asked('a', '1')),
          ledger.decide({ ...asked('a', '6'), blobs: new Map([['not-a-digest', 'text']]) }),
          ledger.decide(asked('a', '7')),
        ])
        expect(results.map(({ status }) => status)).toEqual([
          'fulfilled',
          'rejected',
          'rejected',
          'rejected',
          'rejected',
          'rejected',
          'rejected',
          'rejected',
          'fulfilled',
        ])
        expect(results[1]).toMatchObject({ reason: { message: 'broken rule' } })
        expect(kinds('a')).toEqual(['run.started', 'action.decided', 'action.decided'])
        sound()
      })

      test('a proposal is written down and never in flight', async () => {
        await ledger.decide(asked('a', '1', { effect: 'propose', write: true }))
        expect(kinds('a')).toEqual(['run.started', 'action.decided', 'proposal.made'])
        expect(ledger.inFlight()).toEqual([])
        expect(await ledger.finish(done('a', '1'))).toBe(false)
        sound()
      })

      test('an outcome is written once', async () => {
        await ledger.decide(asked('a', '1'))
        expect(ledger.inFlight()).toEqual([{ run: 'a', action: '1', owner: 'process-1', intended: false }])
        const both = await Promise.all([ledger.finish(done('a', '1')), ledger.finish(done('a', '1'))])
        expect(both).toEqual([true, false])
        expect(await ledger.finish(done('a', 'never'))).toBe(false)
        expect(kinds('a')).toEqual(['run.started', 'action.decided', 'action.finished'])
        sound()
      })
    })

    describe('budgets', () => {
      beforeEach(() => ledger.openRun(run('a', 0)))
      const reserve = (amount: number): Draw => ({ kind: 'reserve', bucket: 'tokens', amount })

      test('a reservation counts in full until it is settled at what was used', async () => {
        await ledger.decide(asked('a', '1', { draws: [reserve(100)] }))
        await ledger.decide(asked('a', '2', { draws: [reserve(50)] }))
        expect(await counters('a', 'q1', 2_001, ['t', 'tokens', 'total'])).toEqual({ t: 150 })
        await ledger.finish(done('a', '1', { draws: [reserve(30)] }))
        expect(await counters('a', 'q2', 2_001, ['t', 'tokens', 'total'])).toEqual({ t: 80 })
        await ledger.finish(done('a', '2'))
        expect(await counters('a', 'q3', 2_001, ['t', 'tokens', 'total'])).toEqual({ t: 80 })
        sound()
      })

      test('what was used without a reservation counts too', async () => {
        await ledger.decide(asked('a', '1'))
        await ledger.finish(done('a', '1', { draws: [reserve(7)] }))
        expect(await counters('a', 'q', 2_001, ['t', 'tokens', 'total'])).toEqual({ t: 7 })
        sound()
      })

      test('two reservations of one action on one bucket are one', async () => {
        await ledger.decide(asked('a', '1', { draws: [reserve(5), reserve(6), reserve(0.5)] }))
        expect(await counters('a', 'q1', 2_001, ['t', 'tokens', 'total'])).toEqual({ t: 11.5 })
        await ledger.finish(done('a', '1'))
        expect(await counters('a', 'q2', 2_001, ['t', 'tokens', 'total'])).toEqual({ t: 11.5 })
        sound()
      })

      test('windows are sums over what was drawn after they began', async () => {
        for (const at of [1_000, 2_000, 3_000]) {
          await ledger.decide(asked('a', `${at}`, { at, draws: [{ kind: 'count', bucket: 'calls', amount: 1 }] }))
        }
        const seen = await counters(
          'a',
          'q',
          4_000,
          ['all', 'calls', 'total'],
          ['wide', 'calls', 'total', 9_999],
          ['three', 'calls', 'total', 3_001],
          ['two', 'calls', 'total', 3_000],
          ['one', 'calls', 'total', 2_000],
          ['none', 'calls', 'total', 1_000],
          ['nothing', 'unheard', 'total', 1_000],
        )
        expect(seen).toEqual({ all: 3, wide: 3, three: 3, two: 2, one: 1, none: 0, nothing: 0 })
        sound()
      })

      test('a clock that goes back loses nothing', async () => {
        const draws: Draw[] = [{ kind: 'count', bucket: 'calls', amount: 1 }]
        await ledger.decide(asked('a', '1', { at: 90_000, draws }))
        await ledger.decide(asked('a', '2', { at: 1_000, draws }))
        const seen = await counters('a', 'q', 1_500, ['w', 'calls', 'total', 600])
        expect(seen).toEqual({ w: 2 })
        sound()
      })

      test('tenths add up', async () => {
        const draws: Draw[] = [{ kind: 'count', bucket: 'usd', amount: 0.1 }]
        for (const id of ['1', '2', '3']) await ledger.decide(asked('a', id, { draws }))
        expect(await counters('a', 'q', 2_001, ['usd', 'usd', 'total'])).toEqual({ usd: 0.3 })
        sound()
      })

      test('busy time is time with at least one in flight, once', async () => {
        const draws: Draw[] = [{ kind: 'busy', bucket: 'busy', amount: 0 }]
        const busy = async (at: number, windowMs?: number) =>
          (await counters('a', `q${at}-${windowMs}`, at, ['b', 'busy', 'busy', windowMs])).b
        await ledger.decide(asked('a', '1', { at: 1_000, draws }))
        expect(await busy(1_200)).toBe(200)
        await ledger.decide(asked('a', '2', { at: 1_300, draws }))
        await ledger.finish(done('a', '1', { at: 1_500 }))
        expect(await busy(1_600)).toBe(600)
        await ledger.finish(done('a', '2', { at: 2_000 }))
        expect(await busy(5_000)).toBe(1_000)
        await ledger.decide(asked('a', '3', { at: 6_000, draws }))
        expect(await busy(6_100)).toBe(1_100)
        // Windows cut stretches: 1,700 to 2,000, and 6,000 until now.
        expect(await busy(6_100, 4_400)).toBe(400)
        expect(await busy(6_100, 50)).toBe(50)
        expect(await busy(6_100, 3_000)).toBe(100)
        await ledger.finish(done('a', '3', { at: 6_200 }))
        expect(await busy(9_000)).toBe(1_200)
        sound()
      })

      test('what is denied, held or proposed reserves nothing', async () => {
        for (const effect of ['deny', 'hold', 'propose'] as const) {
          const request = asked('a', effect, { effect })
          await ledger.decide({
            ...request,
            decide: (given) => {
              const bodies = request.decide(given, {})
              const draws: Draw[] = [reserve(5), { kind: 'count', bucket: 'denials', amount: 1 }]
              return { ...bodies, decided: { ...bodies.decided, draws } }
            },
          })
        }
        const seen = await counters('a', 'q', 2_001, ['t', 'tokens', 'total'], ['d', 'denials', 'total'])
        expect(seen).toEqual({ t: 0, d: 3 })
        sound()
      })
    })

    describe('the stop switch', () => {
      test('is a bucket that holds 1 or 0, and a record each time', async () => {
        await ledger.openRun(run('a'))
        const frozen = async (id: string) => (await counters('a', id, 2_000, ['f', frozenBucket, 'total'])).f
        expect(await frozen('1')).toBe(0)
        await ledger.freeze(1_100, 'mira', 'something is wrong')
        await ledger.freeze(1_101, 'mira')
        expect(await frozen('2')).toBe(1)
        await ledger.unfreeze(1_102, 'mira')
        await ledger.unfreeze(1_103, 'mira')
        expect(await frozen('3')).toBe(0)
        expect(kinds('')).toEqual(['run.opened', 'host.frozen', 'host.frozen', 'host.unfrozen', 'host.unfrozen'])
        sound()
      })
    })

    describe('recover', () => {
      test('finishes what the dead left, and leaves the living alone', async () => {
        await ledger.openRun(run('a'))
        await ledger.openRun(run('b'))
        const draws: Draw[] = [{ kind: 'reserve', bucket: 'calls', amount: 1 }]
        await ledger.decide(asked('a', 'dead-read', { owner: 'dead', draws }))
        await ledger.decide(asked('b', 'dead-write', { owner: 'dead', write: true, draws }))
        await ledger.decide(asked('a', 'alive', { owner: 'alive', write: true, draws }))
        const recovered = await ledger.recover(9_000, (owner) => owner === 'alive')
        expect(recovered.map(({ action: id, outcome }) => [id, outcome.status])).toEqual([
          ['dead-read', 'failed'],
          ['dead-write', 'unknown'],
        ])
        expect(ledger.inFlight().map(({ action: id }) => id)).toEqual(['alive'])
        expect(await ledger.finish(done('b', 'dead-write'))).toBe(false)
        expect(await ledger.recover(9_001, (owner) => owner === 'alive')).toEqual([])
        // Calls that failed or whose outcome is unknown count.
        expect(await counters('a', 'q', 9_002, ['c', 'calls', 'total'])).toEqual({ c: 3 })
        sound()
      })
    })

    describe('several at one ledger', () => {
      test('append to one run in turn and share its budget', async () => {
        const others = Array.from({ length: 3 }, () => place.open())
        try {
          await ledger.openRun(run('a'))
          const all = [ledger, ...others]
          const answers = await Promise.all(
            Array.from({ length: 40 }, (_, index) =>
              all[index % all.length]?.decide(
                asked('a', `${index}`, {
                  draws: [{ kind: 'count', bucket: 'calls', amount: 1 }],
                  queries: [{ name: 'calls', bucket: 'calls', kind: 'total' }],
                  effect: ({ calls = 0 }) => (calls < 7 ? 'allow' : 'deny'),
                }),
              ),
            ),
          )
          expect(answers.filter((answer) => answer?.decided.decision.effect === 'allow')).toHaveLength(7)
          expect([...ledger.records('a')]).toHaveLength(41)
          sound()
        } finally {
          for (const other of others) other.close()
        }
      })

      test('everything is there when it is opened again', async () => {
        await ledger.openRun(run('a'))
        await ledger.decide(asked('a', '1', { draws: [{ kind: 'reserve', bucket: 'calls', amount: 2 }] }))
        ledger.close()
        ledger = place.open()
        expect(kinds('a')).toEqual(['run.started', 'action.decided'])
        expect(await counters('a', 'q', 2_001, ['c', 'calls', 'total'])).toEqual({ c: 2 })
        expect(await ledger.finish(done('a', '1'))).toBe(true)
        sound()
      })
    })

    test('a closed ledger says so', async () => {
      await ledger.openRun(run('a'))
      const last = ledger.append('a', 1_001, 'plan.made', { queued: true })
      ledger.close()
      await last
      const failed = await ledger.decide(asked('a', '1')).catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(LedgerError)
      expect(failed).toMatchObject({ code: 'ledger.closed' })
      ledger = place.open()
      expect(kinds('a')).toEqual(['run.started', 'plan.made'])
    })

    describe('verify', () => {
      test('decides every decision again and compares the bytes', async () => {
        await ledger.openRun(run('a'))
        await ledger.decide(asked('a', '1'))
        await ledger.decide(asked('a', '2', { effect: 'deny' }))
        const same = ledger.verify({
          redecide: ({ decision, policy: of }, blob) => {
            expect(blob(of)).toBe(policyText)
            expect(blob(sha256('nothing'))).toBeUndefined()
            return canonical(decision)
          },
        })
        expect(same).toEqual({ records: 4, runs: 1, decisions: 2, faults: [] })
        const other = ledger.verify({ redecide: () => '{}' })
        expect(other.faults).toMatchObject([
          { run: 'a', seq: 2, code: 'decision-differs' },
          { run: 'a', seq: 3, code: 'decision-differs' },
        ])
        const thrown = ledger.verify({
          redecide: () => {
            throw new RangeError('no such policy')
          },
        })
        expect(thrown.faults[0]?.message).toContain('no such policy')
      })

      test('finds an action whose digest is not its own', async () => {
        await ledger.openRun(run('a'))
        const request = asked('a', '1')
        await ledger.decide({
          ...request,
          decide: (given) => {
            const bodies = request.decide(given, {})
            const other = { ...action('a', '1', 2_000), arguments: { path: '/etc/shadow' } }
            return { ...bodies, decided: { ...bodies.decided, action: other } }
          },
        })
        expect(ledger.verify().faults).toMatchObject([{ run: 'a', seq: 2, code: 'action-changed' }])
      })

      test('finds a blob that is named and not there', async () => {
        await ledger.openRun(run('a'))
        await ledger.decide({ ...asked('a', '1'), blobs: new Map() })
        const { faults } = ledger.verify({ run: 'a' })
        expect(faults).toMatchObject([{ run: 'a', seq: 2, code: 'blob-missing' }])
        expect(faults[0]?.message).toContain(catalogue)
      })

      test('checks checkpoints, each against its key or against the one given', async () => {
        await ledger.openRun(run('a'))
        const checkpoint = await ledger.checkpoint(1_100)
        expect(checkpoint.count).toBe(1)
        const again = await ledger.checkpoint(1_101)
        expect(again.publicKey).toBe(checkpoint.publicKey)
        sound()
        expect(ledger.verify({ publicKey: checkpoint.publicKey }).faults).toEqual([])
        expect(ledger.verify({ publicKey: 'another' }).faults).toMatchObject([
          { run: '', seq: 2, code: 'signature-wrong' },
          { run: '', seq: 3, code: 'signature-wrong' },
        ])
      })
    })

    test('completed is what an outcome says', async () => {
      await ledger.openRun(run('a'))
      await ledger.decide(asked('a', '1'))
      await ledger.finish(done('a', '1'))
      const [last] = [...ledger.records('a', 3)]
      expect(last?.record.body).toEqual({ action: '1', outcome: completed })
    })
  })
}
