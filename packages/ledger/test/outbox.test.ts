import { join } from 'node:path'
import { webhookEvents } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { type Ledger, openSqliteLedger } from '../src/index.ts'
import { temporaryFolder } from './folder.ts'
import { asked, run, start } from './samples.ts'

const most = 100
const everything = { endpoint: 'chat', events: webhookEvents }

/** Several gateways on one ledger, with a run. */
async function gateways(count: number): Promise<readonly Ledger[]> {
  const file = join(temporaryFolder(), 'ledger.db')
  const ledgers = Array.from({ length: count }, () => openSqliteLedger({ file }))
  onTestFinished(() => {
    for (const ledger of ledgers) ledger.close()
  })
  await ledgers[0]?.openRun(run('a'))
  return ledgers
}

/** Has a person asked for something. */
async function request(ledger: Ledger, id: string, at = 2_000): Promise<void> {
  const held = asked('a', id, { at, effect: 'hold', write: true })
  await ledger.decide({
    ...held,
    decide: (counters, found) => {
      const bodies = held.decide(counters, found)
      const { action, decision } = bodies.decided
      const { digest, executor, principal, target } = action
      const terms = { expiresAfter: 1_000, approvers: [], quorum: 1 }
      const subject = { digest, policyDigest: decision.policyDigest, run: 'a', executor, principal }
      const requested = {
        approval: id,
        kind: 'hold',
        action: id,
        target,
        terms,
        expiresAt: at + 1_000,
        ...subject,
      } as const
      return { ...bodies, requested }
    },
  })
}

const taken = async (ledger: Ledger, at: number, owner = 'one', until = at + 100) =>
  ledger.outbox.take(at, 'chat', owner, until, 10)

test('an endpoint is told of what happens after it was first asked for, in order, and of what it wants', async () => {
  const [ledger] = await gateways(1)
  if (!ledger) throw new TypeError('there is a ledger')
  await request(ledger, 'before')
  const wanted = { endpoint: 'chat', events: ['approval.requested', 'approval.answered'] } as const
  expect(await ledger.outbox.collect(2_000, [wanted], most)).toEqual([])
  await request(ledger, 'first')
  await ledger.cancelApproval(2_050, { approval: 'first', by: 'mira' })
  await request(ledger, 'second', 2_100)
  await ledger.outbox.collect(2_200, [wanted], most)
  const letters = await taken(ledger, 2_200)
  expect(letters.map(({ record }) => [record.kind, record.body.approval])).toEqual([
    ['approval.requested', 'first'],
    ['approval.requested', 'second'],
  ])
  const hashes = [...ledger.records('')].map(({ hash }) => hash)
  expect(letters.every(({ hash, attempt }) => hashes.includes(hash) && attempt === 1)).toBe(true)
})

test('two gateways on one ledger are given each letter once', async () => {
  const both = await gateways(2)
  for (const { outbox } of both) await outbox.collect(1_000, [everything], most)
  const [one] = both
  if (!one) throw new TypeError('there are two')
  for (let n = 0; n < 20; n++) await request(one, `r${n}`)
  await Promise.all(both.map(({ outbox }) => outbox.collect(3_000, [everything], most)))
  const rounds = await Promise.all(
    [0, 1, 2].flatMap(() => both.map((ledger, n) => taken(ledger, 3_000, `gateway ${n}`))),
  )
  const given = rounds.flat().map(({ record }) => record.body.approval)
  expect(given.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `r${n}`).toSorted())
  for (const letter of rounds.flat()) await one.outbox.settle(letter)
  await Promise.all(both.map(({ outbox }) => outbox.collect(9_000, [everything], most)))
  expect(await Promise.all(both.map((ledger) => taken(ledger, 9_000)))).toEqual([[], []])
})

test('who took a letter and is gone is followed by somebody else; what it says then changes nothing', async () => {
  const [one, two] = await gateways(2)
  if (!one || !two) throw new TypeError('there are two')
  await one.outbox.collect(1_000, [everything], most)
  await request(one, 'r')
  await one.outbox.collect(2_000, [everything], most)
  const [first] = await taken(one, 2_000, 'one', 2_500)
  expect(await taken(two, 2_499, 'two')).toEqual([])
  const [second] = await taken(two, 2_500, 'two', 3_000)
  expect(second).toEqual({ ...first, attempt: 2 })
  if (!first || !second) throw new TypeError('it was taken twice')
  await one.outbox.postpone(first, 'one', 2_501)
  expect(await taken(one, 2_999, 'one')).toEqual([])
  await two.outbox.postpone(second, 'two', 9_000)
  expect(await taken(one, 8_999, 'one')).toEqual([])
  expect(await taken(one, 9_000, 'one')).toMatchObject([{ attempt: 3 }])
})

test('what somebody has taken who is gone is due at once', async () => {
  const [one, two] = await gateways(2)
  if (!one || !two) throw new TypeError('there are two')
  await one.outbox.collect(1_000, [everything], most)
  for (const id of ['r', 's']) await request(one, id)
  await one.outbox.collect(2_000, [everything], most)
  await one.outbox.take(2_000, 'chat', 'gone', 9_000, 1)
  await one.outbox.take(2_000, 'chat', 'there', 9_000, 1)
  await two.outbox.release(2_100, (owner) => owner !== 'gone')
  expect(await taken(two, 2_100)).toMatchObject([{ record: { body: { approval: 'r' } }, attempt: 2 }])
})

test('letters wait over a restart, and so does what nobody has read yet', async () => {
  const file = join(temporaryFolder(), 'ledger.db')
  const before = openSqliteLedger({ file })
  await before.openRun(run('a'))
  await before.outbox.collect(1_000, [everything], most)
  await request(before, 'collected')
  await before.outbox.collect(1_500, [everything], most)
  await request(before, 'not collected')
  before.close()
  const after = openSqliteLedger({ file })
  onTestFinished(() => after.close())
  expect(await taken(after, 3_000)).toMatchObject([{ record: { body: { approval: 'collected' } } }])
  await after.outbox.collect(3_000, [everything], most)
  expect(await taken(after, 3_001)).toMatchObject([{ record: { body: { approval: 'not collected' } } }])
})

test('what is too much is left out and said; the rest waits', async () => {
  const [ledger] = await gateways(1)
  if (!ledger) throw new TypeError('there is a ledger')
  await ledger.outbox.collect(1_000, [everything], 2)
  for (const id of ['a1', 'a2', 'a3', 'a4']) await request(ledger, id)
  expect(await ledger.outbox.collect(3_000, [everything], 2)).toEqual([{ endpoint: 'chat', letters: 2 }])
  expect((await taken(ledger, 3_000)).map(({ record }) => record.body.approval)).toEqual(['a1', 'a2'])
})

test('the outbox is no part of the chain: verify finds a ledger with letters sound, and counters as they were', async () => {
  const [ledger] = await gateways(1)
  if (!ledger) throw new TypeError('there is a ledger')
  await ledger.outbox.collect(1_000, [everything], most)
  await request(ledger, 'r')
  await ledger.outbox.collect(3_000, [everything], most)
  expect(ledger.verify().faults).toEqual([])
  expect(ledger.decided('a', 'r')?.action).toMatchObject({ id: 'r', executor: start.executor })
  expect(ledger.decided('a', 'nothing')).toBeUndefined()
})
