import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { canonical } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { ask, held, opened, say, written } from './answers.ts'
import { boundary, faultsOf, recordsOf, request } from './boundary.ts'
import { approvers, person } from './people.ts'

test('a held write runs once it is approved, exactly once, and the ledger says who said so', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const id = await ask(host)
  expect(await ask(host)).toBe(id)
  await say(world, id, 'approve')
  const ran = await host.gate.perform(request('write', 1))
  expect(ran.decision.reasons.map(({ code }) => code)).toContain('write.approved')
  expect(ran.outcome.status).toBe('completed')
  const again = await ask(host)
  expect(again).not.toBe(id)
  expect(written(world)).toHaveLength(1)
  const ledger = world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  expect(ledger.approval(id)).toMatchObject({ state: 'used', usedBy: ran.actionId, answers: [{ by: 'tester' }] })
  const intended = recordsOf(ledger).flatMap((one) => (one.kind === 'action.intended' ? [one.body] : []))
  expect(intended).toEqual([expect.objectContaining({ approval: id, action: ran.actionId })])
  ledger.close()
})

test('a call that waits goes on as soon as the answer is there; a refusal is a deny', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  for (const [n, verdict, status] of [
    [1, 'approve', 'completed'],
    [2, 'deny', 'denied'],
  ] as const) {
    let told: Promise<unknown> = Promise.resolve()
    const onWaiting = (id: string) => {
      told = say(world, id, verdict)
    }
    const answer = await host.gate.perform(request('write', n), { hold: { waitMs: 20_000, onWaiting } })
    await told
    expect(answer.outcome.status).toBe(status)
  }
  const refused = await host.gate.perform(request('write', 2))
  expect(refused.decision.reasons.map(({ code }) => code)).toContain('write.refused')
  expect(written(world).map(({ args }) => args?.n)).toEqual([1])
})

test('arguments that differ by one byte need an approval of their own, and so does a changed policy', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const id = await ask(host, 1)
  await say(world, id, 'approve')
  expect(await ask(host, 2)).not.toBe(id)
  await host.close()
  const context = readFileSync(world.context, 'utf8')
  writeFileSync(world.context, context.replace('["witness:*"]', '["witness:*", "witness:nothing"]'))
  const other = await opened(world)
  expect(await ask(other, 1)).not.toBe(id)
  expect(written(world)).toEqual([])
})

test('with approvers only their signatures count, as many different ones as the terms ask for', async () => {
  const [ada, bob, eve] = [person('ada'), person('bob'), person('eve')]
  const world = boundary({
    policies: held,
    more: `  writes: { approval: { approvers: [ops], quorum: 2 } }\n${approvers([ada, bob])}`,
  })
  const host = await opened(world)
  const id = await ask(host)
  // The agent's own ways: unsigned, under a name that is not its own, with a key of its own, with words of its own.
  await say(world, id, 'approve')
  await say(world, id, 'approve', { ...eve, name: 'ada' })
  await say(world, id, 'approve', eve)
  expect(await ask(host)).toBe(id)
  await say(world, id, 'approve', ada)
  await say(world, id, 'approve', ada)
  expect(await ask(host)).toBe(id)
  await say(world, id, 'approve', bob)
  expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
  expect(written(world)).toHaveLength(1)
})

test('an answer signed for one action does nothing for another, and nothing after its time', async () => {
  const ada = person('ada')
  const world = boundary({ policies: held, more: approvers([ada]) })
  const host = await opened(world)
  const [first, second] = [await ask(host, 1), await ask(host, 2)]
  const answered = await say(world, first, 'approve', ada)
  const [genuine] = answered.answers
  if (!genuine) throw new TypeError('it was answered')
  const { at: _, ...replayed } = genuine
  await say(world, second, 'approve', ada, { ...replayed, approval: second })
  expect(await ask(host, 2)).toBe(second)
  await say(world, await ask(host, 3), 'approve', ada, { expiresAt: Date.now() - 1 })
  expect((await host.gate.perform(request('write', 3))).decision.effect).toBe('hold')
  // Its end moved after it was signed.
  const third = await ask(host, 4)
  await say(world, third, 'approve', ada, { expiresAt: Date.now() + 1 })
  expect((await host.gate.perform(request('write', 4))).decision.effect).toBe('hold')
  expect(written(world)).toEqual([])
})

test('rows that somebody writes into the file approve nothing, and break the ledger', async () => {
  const ada = person('ada')
  const world = boundary({ policies: held, more: approvers([ada]) })
  const host = await opened(world)
  const id = await ask(host)
  const database = new DatabaseSync(world.ledgerFile)
  const value = JSON.parse(String(database.prepare('SELECT value FROM approvals WHERE id = ?').get(id)?.value))
  const forged = { approval: id, answer: 'approve', by: 'ada', expiresAt: value.expiresAt, nonce: 'x', at: Date.now() }
  const proof = { kind: 'ed25519', publicKey: ada.publicKey, signature: 'AAAA' }
  const changed = canonical({ ...value, state: 'approved', answers: [{ ...forged, proof }] })
  database.prepare("UPDATE approvals SET state = 'approved', value = ? WHERE id = ?").run(changed, id)
  database.close()
  expect((await host.gate.perform(request('write', 1))).decision.effect).toBe('hold')
  expect(written(world)).toEqual([])
  const ledger = world.ledger()
  expect(faultsOf(ledger).map(({ code }) => code)).toContain('index-changed')
  ledger.close()
})

test('a genuine approval that somebody moves to another action, or makes new again, approves nothing', async () => {
  const ada = person('ada')
  const world = boundary({ policies: held, more: approvers([ada]) })
  const host = await opened(world)
  const [first, second] = [await ask(host, 1), await ask(host, 2)]
  await say(world, first, 'approve', ada)
  const edit = (change: (database: DatabaseSync) => void) => {
    const database = new DatabaseSync(world.ledgerFile)
    change(database)
    database.close()
  }
  edit((database) => {
    const wanted = database.prepare('SELECT digest FROM approvals WHERE id = ?').get(second)?.digest ?? ''
    database.prepare('DELETE FROM approvals WHERE id = ?').run(second)
    database.prepare('UPDATE approvals SET digest = ? WHERE id = ?').run(String(wanted), first)
  })
  expect((await host.gate.perform(request('write', 2))).decision.effect).toBe('hold')
  expect(written(world)).toEqual([])

  const third = await ask(host, 3)
  await say(world, third, 'approve', ada)
  const before = host.ledger.approval(third)
  expect((await host.gate.perform(request('write', 3))).outcome.status).toBe('completed')
  edit((database) => {
    const value = canonical({ ...before })
    database.prepare("UPDATE approvals SET state = 'approved', value = ? WHERE id = ?").run(value, third)
  })
  expect((await host.gate.perform(request('write', 3))).decision.effect).toBe('hold')
  expect(written(world).map(({ args }) => args?.n)).toEqual([3])
})

test('the stop switch, and a deny that has appeared since, beat an approval and leave it unused', async () => {
  const world = boundary({ policies: held })
  const host = await opened(world)
  const id = await ask(host)
  await say(world, id, 'approve')
  await host.ledger.freeze(Date.now(), 'operator')
  expect((await host.gate.perform(request('write', 1))).decision.effect).toBe('deny')
  expect(host.ledger.approval(id)?.state).toBe('approved')
  await host.ledger.unfreeze(Date.now(), 'operator')
  expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
})

test('a hundred who call again at once, from two gateways on one ledger, run it once', async () => {
  const world = boundary({ policies: held })
  const [one, two] = [await opened(world), await opened(world)]
  const id = await ask(one)
  await say(world, id, 'approve')
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? one : two).gate.perform(request('write', 1))),
  )
  expect(answers.filter(({ outcome }) => outcome.status === 'completed')).toHaveLength(1)
  expect(written(world)).toHaveLength(1)
  const ledger = world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  // Those that came too late wait together under one new request.
  expect(ledger.approvals({ state: 'pending', limit: 10 })).toHaveLength(1)
  ledger.close()
})

test('a proposal is written down once, and applied by a person exactly as it was recorded', async () => {
  const world = boundary({
    policies: '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { mode: propose-only } }',
  })
  const host = await opened(world)
  const proposed = await host.gate.perform(request('write', 1))
  expect(proposed.outcome.status).toBe('proposed')
  const id = String(proposed.waiting)
  expect((await host.gate.perform(request('write', 1))).waiting).toBe(id)
  const operator = { ...request('write', 1), origin: 'operator', applied: id } as const
  expect((await host.gate.perform(operator)).outcome.status).toBe('proposed')
  await say(world, id, 'approve')
  expect((await host.gate.perform({ ...request('write', 2), origin: 'operator', applied: id })).outcome.status).toBe(
    'proposed',
  )
  expect((await host.gate.perform(operator)).outcome.status).toBe('completed')
  expect((await host.gate.perform(operator)).outcome.status).not.toBe('completed')
  expect(written(world).map(({ args }) => args?.n)).toEqual([1])
  expect(faultsOf(world.ledger())).toEqual([])
})

test('a proposal is of one policy, one executor and one principal: under others nobody can apply it', async () => {
  const policies =
    '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { mode: propose-only, writes: [] } }'
  const world = boundary({ policies })
  const host = await opened(world)
  const id = String((await host.gate.perform(request('write', 1))).waiting)
  await say(world, id, 'approve')
  await host.close()
  const applying = { ...request('write', 1), origin: 'operator', applied: id } as const
  const foreign = await world.open({ principal: 'somebody-else' })
  onTestFinished(() => foreign.close())
  expect((await foreign.gate.perform(applying)).outcome.status).toBe('proposed')
  const context = readFileSync(world.context, 'utf8')
  writeFileSync(world.context, context.replace('["witness:*"]', '["witness:*", "witness:nothing"]'))
  const changed = await opened(world)
  expect((await changed.gate.perform(applying)).outcome.status).toBe('proposed')
  expect(written(world)).toEqual([])
  writeFileSync(world.context, context)
  const same = await opened(world)
  expect((await same.gate.perform(applying)).outcome.status).toBe('completed')
})

test('a hold costs no budget, and asking again is neither a repeat nor a denial', async () => {
  const world = boundary({
    policies:
      '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: 1, maxRepeats: 1, maxDenials: 1 }, writeControls: { requireApprovalFor: ["witness:write"] } }',
  })
  const host = await opened(world)
  const id = await ask(host)
  for (let times = 0; times < 5; times++) expect(await ask(host)).toBe(id)
  await say(world, id, 'approve')
  expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
})
