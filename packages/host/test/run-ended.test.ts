import { openSqliteLedger } from '@ecp/ledger'
import { expect, test } from 'vitest'
import { opened } from './answers.ts'
import { boundary, faultsOf, recordsOf, request } from './boundary.ts'

test('the run of a gateway that an operator ends meanwhile goes on as another one, with budgets of its own', async () => {
  const world = boundary({
    policies: '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: 1 } }',
  })
  const host = await opened(world)
  const look = () => host.gate.perform(request('look'))
  expect((await look()).outcome.status).toBe('completed')
  expect((await look()).decision.reasons.map(({ code }) => code)).toContain('budget.tool-calls')

  const operator = openSqliteLedger({ file: world.ledgerFile })
  const [first] = operator.runs()
  await operator.endRun(String(first?.run), Date.now(), 'ended', null)
  operator.close()
  // All at once: they go on in one run.
  const answers = await Promise.all([look(), look(), look()])
  expect(answers.filter(({ outcome }) => outcome.status === 'completed')).toHaveLength(1)
  expect(answers.flatMap(({ decision }) => decision.reasons).map(({ code }) => code)).not.toContain(
    'ledger.unavailable',
  )

  const ledger = world.ledger()
  expect(ledger.runs()).toHaveLength(2)
  expect(recordsOf(ledger).filter(({ kind }) => kind === 'action.decided')).toHaveLength(5)
  expect(faultsOf(ledger)).toEqual([])
  ledger.close()
})
