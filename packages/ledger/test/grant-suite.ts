import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Ledger } from '../src/index.ts'
import { given, granted, offered } from './grant-samples.ts'
import { action, asked, decision, policy, run, start } from './samples.ts'
import type { Place } from './suite.ts'

/** What every store must do with grants. `make` gives an empty place. */
export function grantSuite(name: string, make: () => Place): void {
  describe(`grants in a ledger on ${name}`, () => {
    let place: Place
    let ledger: Ledger
    beforeEach(async () => {
      place = make()
      ledger = place.open()
      await ledger.openRun(run('a'))
    })
    afterEach(() => {
      ledger.close()
      place.remove()
    })

    const kinds = (chain: string) => [...ledger.records(chain)].map(({ record }) => record.kind)
    const sound = () => expect(ledger.verify().faults).toEqual([])
    const effect = async (...asking: Parameters<typeof granted>) =>
      (await ledger.decide(granted(...asking))).decided.decision.effect
    const refused = (code: string) => expect.objectContaining({ code })

    test('a grant that was given lets so many actions happen, each with its use in the same transaction', async () => {
      await ledger.offerGrant(1_100, offered('g'), given('g'))
      expect([await effect('a', '1'), await effect('a', '2'), await effect('a', '3')]).toEqual([
        'allow',
        'allow',
        'hold',
      ])
      expect(ledger.grant('g')).toMatchObject({ state: 'spent', used: 2, lastUsedBy: '2' })
      expect(kinds('')).toEqual(['run.opened', 'grant.offered', 'grant.given', 'grant.used', 'grant.used'])
      sound()
    })

    test('a grant short of its quorum does nothing, and one that is revoked nothing more', async () => {
      await ledger.offerGrant(1_100, offered('g', {}, 2), given('g'))
      await ledger.giveGrant(1_101, given('g', 'ada', 'again'))
      expect(await effect('a', '1')).toBe('hold')
      await ledger.giveGrant(1_102, given('g', 'bob'))
      expect(await effect('a', '2')).toBe('allow')
      await ledger.revokeGrant(1_103, { grant: 'g', by: 'eve' })
      expect(await effect('a', '3')).toBe('hold')
      expect(ledger.grant('g')).toMatchObject({ state: 'revoked', revokedBy: 'eve', used: 1 })
      await expect(ledger.giveGrant(1_104, given('g', 'carl'))).rejects.toThrow(refused('ledger.grant-over'))
      await expect(ledger.revokeGrant(1_104, { grant: 'g', by: 'eve' })).rejects.toThrow(refused('ledger.grant-over'))
      sound()
    })

    test('a grant is found where it holds only: tool, executor, principal, policy, run and time', async () => {
      const elsewhere = [
        { target: 'files:write' },
        { executor: 'other' },
        { principal: 'other' },
        { policyDigest: 'other' },
        { run: 'b' },
        { until: 1_900 },
      ]
      for (const [index, over] of elsewhere.entries()) {
        await ledger.offerGrant(1_100, offered(`g${index}`, over), given(`g${index}`))
        expect([over, await effect('a', `${index}`)]).toEqual([over, 'hold'])
      }
      await ledger.offerGrant(1_100, offered('later', { until: 9_000 }), given('later'))
      await ledger.offerGrant(1_100, offered('here', { run: 'a', until: 5_000 }), given('here'))
      expect((await ledger.decide(granted('a', 'x'))).granted).toBe('here')
      sound()
    })

    test('terms that cannot be given are not written down, and no grant is offered twice', async () => {
      for (const over of [{ condition: 'args.a ==' }, { condition: 'inputs.a' }, { uses: 0 }, { until: 0 }])
        await expect(ledger.offerGrant(1_100, offered('g', over))).rejects.toThrow(refused('ledger.invalid'))
      await ledger.offerGrant(1_100, offered('g'))
      await expect(ledger.offerGrant(1_101, offered('g'))).rejects.toThrow(refused('ledger.grant-over'))
      await expect(ledger.offerGrant(1_101, offered('h'), given('g', 'x', 'x'))).resolves.toMatchObject({ grant: 'g' })
      await expect(ledger.giveGrant(1_102, given('nothing'))).rejects.toThrow(refused('ledger.grant-unknown'))
      sound()
    })

    test('only a grant that was found is used, and only by an allow', async () => {
      await ledger.offerGrant(1_100, offered('g'), given('g'))
      await ledger.offerGrant(1_100, offered('other', { target: 'files:write' }), given('other'))
      const request = granted('a', '1')
      const other: typeof request = {
        ...request,
        decide: (...all) => ({ ...request.decide(...all), granted: 'other' }),
      }
      await expect(ledger.decide(other)).rejects.toThrow(refused('ledger.invalid'))
      const held = asked('a', '2', { effect: 'hold', write: true })
      const used: typeof held = { ...held, decide: (...all) => ({ ...held.decide(...all), granted: 'g' }) }
      await expect(ledger.decide(used)).rejects.toThrow(refused('ledger.invalid'))
      expect(ledger.grant('g')?.used).toBe(0)
      expect(kinds('a')).toEqual(['run.started'])
      sound()
    })

    test('who was asked about an action that a grant lets happen need not answer any more', async () => {
      const { digest } = action('a', '1', 2_000)
      const subject = {
        digest,
        policyDigest: policy,
        run: 'a',
        executor: start.executor,
        principal: start.principal,
      }
      const terms = { expiresAfter: 8_000, approvers: [], quorum: 1 }
      const requested = {
        ...subject,
        approval: 'q',
        kind: 'hold',
        action: '1',
        target: 'files:read',
        terms,
        expiresAt: 9_000,
      } as const
      const first = granted('a', '1', { subject })
      await ledger.decide({ ...first, decide: (...all) => ({ ...first.decide(...all), requested }) })
      await ledger.offerGrant(2_100, offered('g'), given('g'))
      // The same action again: same arguments, so the same digest.
      const again = granted('a', '1', { subject, at: 2_200 })
      expect((await ledger.decide(again)).decided.decision).toEqual(decision('allow', 'write'))
      expect(ledger.approval('q')).toMatchObject({ state: 'cancelled', grant: 'g' })
      sound()
    })

    test('ten at once on a grant of one, from several that have it open, run one', async () => {
      await ledger.offerGrant(1_100, offered('g', { uses: 1 }), given('g'))
      const others = [place.open(), place.open()]
      try {
        const all = [ledger, ...others]
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) => all[index % all.length]?.decide(granted('a', `${index}`))),
        )
        expect(answers.filter((answer) => answer?.decided.decision.effect === 'allow')).toHaveLength(1)
        expect(ledger.grant('g')).toMatchObject({ state: 'spent', used: 1 })
        sound()
      } finally {
        for (const other of others) other.close()
      }
    })

    test('grants are listed, the newest first, and are there when it is opened again', async () => {
      for (const [index, id] of ['x', 'y', 'z'].entries()) await ledger.offerGrant(1_100 + index, offered(id))
      await ledger.giveGrant(1_200, given('y'))
      ledger.close()
      ledger = place.open()
      const ids = (query: Parameters<Ledger['grants']>[0]) => ledger.grants(query).map(({ grant }) => grant)
      expect(ids({ limit: 2 })).toEqual(['z', 'y'])
      expect(ids({ limit: 2, after: 'y' })).toEqual(['x'])
      expect(ids({ limit: 9, state: 'given' })).toEqual(['y'])
      expect(ids({ limit: 9, state: 'offered' })).toEqual(['z', 'x'])
    })
  })
}
