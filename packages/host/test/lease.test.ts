import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { LedgerRecord } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { type Boundary, boundary, faultsOf, recordsOf, request } from './boundary.ts'
import { fixtureProgram } from './fixture-program.ts'

function records(world: Boundary): LedgerRecord[] {
  const ledger = world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  const found = recordsOf(ledger)
  ledger.close()
  return found
}

function outcomes(world: Boundary) {
  return records(world).flatMap((record) => (record.kind === 'action.finished' ? [record.body.outcome] : []))
}

describe('what another program executes', () => {
  test('is decided, recorded as advice, and settled once; ECP itself calls nothing', async () => {
    const world = boundary()
    const host = await world.open()
    const { decision, lease, actionId } = await host.gate.authorize(request('write', 1))
    expect(decision.effect).toBe('allow')
    expect(lease).toMatchObject({ id: actionId })
    const result = { content: [{ type: 'text', text: 'written' }] }
    expect(await host.gate.settle(actionId, { status: 'completed', result })).toBe(true)
    expect(await host.gate.settle(actionId, { status: 'failed' })).toBe(false)
    expect(await host.gate.settle('no such lease', { status: 'completed' })).toBe(false)
    await host.close()
    expect(world.witnessed()).toEqual([])
    const decided = records(world).find((record) => record.kind === 'action.decided')
    expect(decided?.body).toMatchObject({ enforcement: 'authorized', action: { target: 'witness:write' } })
    expect(outcomes(world)).toEqual([{ status: 'completed', result }])
  })

  test('gets no lease when it is denied, and its budget is the same as for what ECP performs', async () => {
    const world = boundary({
      policies: '{ toolAccess: { default: deny, allow: ["witness:look"] }, budgets: { maxToolCalls: 1 } }',
    })
    const host = await world.open()
    expect(await host.gate.authorize(request('write'))).not.toHaveProperty('lease')
    expect(await host.gate.authorize(request('look'))).toHaveProperty('lease')
    expect((await host.gate.perform(request('look'))).decision.reasons.map(({ code }) => code)).toContain(
      'budget.tool-calls',
    )
    expect(await host.gate.authorize(request('look'))).not.toHaveProperty('lease')
    await host.close()
  })

  test('what it says of a secret is recorded by the name of the secret', async () => {
    const world = boundary({
      wiring:
        '      credentials: { bindings: [{ name: SECRET, source: { provider: process.env, key: SECRET }, allowInsecure: true }] }\n',
      more: '  secrets: { allowProviders: [process.env] }\n',
    })
    const host = await world.open({ env: { PATH: process.env.PATH, SECRET: 'correct-horse-battery' } })
    const { actionId } = await host.gate.authorize(request('look'))
    const error = { code: 'failed', message: 'login with correct-horse-battery failed' }
    await host.gate.settle(actionId, { status: 'failed', error })
    await host.close()
    expect(outcomes(world)[0]?.error?.message).toBe('login with [secret:process.env:SECRET] failed')
  })

  test('ends as unknown when its lease runs out, when the boundary closes, and when the process is gone', async () => {
    const expired = boundary()
    const host = await expired.open({ leaseMs: 50 })
    const { actionId } = await host.gate.authorize(request('look'))
    await expect.poll(() => outcomes(expired)).toMatchObject([{ status: 'unknown', error: { code: 'lease.expired' } }])
    expect(await host.gate.settle(actionId, { status: 'completed' })).toBe(false)
    await host.close()

    const closed = boundary()
    const closing = await closed.open()
    await closing.gate.authorize(request('look'))
    await closing.close()
    expect(outcomes(closed)).toMatchObject([{ status: 'unknown' }])

    const gone = boundary()
    const script = fixtureProgram('leave-lease')
    const child = spawn(process.execPath, [script, JSON.stringify(gone.options())])
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL')
    await (await gone.open()).close()
    expect(outcomes(gone)).toMatchObject([{ status: 'unknown' }])
  })
})
