import { expect, onTestFinished, test } from 'vitest'
import { openMachine } from '../src/index.ts'
import { boundary, faultsOf, recordsOf, request } from './boundary.ts'

const budget = '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: 1 } }'

test('clients of one machine share its servers and its ledger, and nothing else', async () => {
  const made = boundary({ policies: budget })
  const started: string[] = []
  const machine = await openMachine({ ...made.options(), onLog: ({ event }) => started.push(event) })
  onTestFinished(() => machine.close())
  const admission = { contextFile: made.context, inputs: {}, principal: 'tester' }
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((client) => machine.admit({ ...admission, client })))
  if (!ada || !bob) throw new TypeError('both were admitted')

  expect((await ada.gate.perform(request('look'))).outcome.status).toBe('completed')
  expect((await ada.gate.perform(request('look'))).outcome.status).toBe('denied')
  expect((await bob.gate.perform(request('look'))).outcome.status).toBe('completed')
  expect(started.filter((event) => event === 'started')).toHaveLength(1)

  await ada.close()
  expect((await bob.gate.perform(request('look'))).outcome.status).toBe('denied')
  const ledger = made.ledger()
  expect(
    ledger
      .runs()
      .map(({ start }) => start.client)
      .sort(),
  ).toEqual(['ada', 'bob'])
  expect(faultsOf(ledger)).toEqual([])
  ledger.close()
  expect(machine.files()).toEqual(expect.arrayContaining([made.config, made.context]))
})

test('what would be decided is answered without a word on record, and costs nothing', async () => {
  const made = boundary({ policies: budget })
  const host = await made.open()
  onTestFinished(() => host.close())
  for (let times = 0; times < 3; times++) expect((await host.gate.evaluate(request('look'))).effect).toBe('allow')
  expect(made.ledger().runs()).toEqual([])
  expect((await host.gate.perform(request('look'))).outcome.status).toBe('completed')
  const before = recordsOf(made.ledger()).length
  const after = await host.gate.evaluate(request('look'))
  expect(after.reasons.map(({ code }) => code)).toContain('budget.tool-calls')
  expect((await host.gate.evaluate(request('no-such-tool'))).effect).toBe('deny')
  expect(recordsOf(made.ledger())).toHaveLength(before)
})

test('what a request holds beside its arguments is on record, in the digest, and reaches the server', async () => {
  const made = boundary()
  const host = await made.open()
  onTestFinished(() => host.close())
  const extra = { _meta: { 'example.com/a': 1 } }
  const answer = await host.gate.perform({ ...request('look'), extra })
  expect(answer.outcome.status).toBe('completed')
  const ledger = made.ledger()
  const [decided] = recordsOf(ledger).flatMap((record) => (record.kind === 'action.decided' ? [record.body] : []))
  expect(decided?.action.extra).toEqual(extra)
  expect(faultsOf(ledger)).toEqual([])
  ledger.close()
})
