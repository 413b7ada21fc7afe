import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../src/index.ts'
import { boundary, faultsOf, recordsOf, request } from './boundary.ts'
import { fixtureProgram } from './fixture-program.ts'

const statuses = (answers: readonly Answer[]) => answers.map(({ outcome }) => outcome.status).sort()
const codes = ({ decision }: Answer) => decision.reasons.map(({ code }) => code)
const limited = (budgets: string) => ({
  policies: `{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: ${budgets} }`,
})

describe('budgets', () => {
  test('ten parallel calls on a budget of one run one', async () => {
    const world = boundary(limited('{ maxToolCalls: 1 }'))
    const host = await world.open()
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => host.gate.perform(request('write', n))))
    await host.close()
    expect(statuses(answers)).toEqual(['completed', ...Array(9).fill('denied')])
    expect(codes(answers.find(({ outcome }) => outcome.status === 'denied') as Answer)).toContain('budget.tool-calls') // reason: nine are
    expect(world.witnessed()).toHaveLength(1)
  })

  test('eight processes on one ledger never exceed one budget', { timeout: 120_000 }, async () => {
    const world = boundary(limited('{ maxToolCalls: 5 }'))
    const script = fixtureProgram('spend')
    const args = [script, JSON.stringify(world.options()), 'write', '4']
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    const outputs = children.map((child) => {
      let text = ''
      child.stdout.on('data', (chunk) => {
        text += chunk
      })
      return () => text
    })
    const ended = children.map((child) => once(child, 'exit'))
    await Promise.all(children.map((child) => once(child.stdout, 'data')))
    for (const child of children) child.stdin.write('go\n')
    expect(await Promise.all(ended)).toEqual(children.map(() => [0, null]))
    const done = outputs.map((text) => Number(/done (\d+)/.exec(text())?.[1]))
    expect(done.reduce((sum, one) => sum + one, 0)).toBe(5)
    expect(world.witnessed()).toHaveLength(5)
    const ledger = world.ledger()
    expect(ledger.runs()).toHaveLength(1)
    expect(ledger.runs()[0]).toMatchObject({ actions: 32, denied: 27, inFlight: 0 })
    expect(faultsOf(ledger)).toEqual([])
    ledger.close()
  })

  test('reconnecting does not refill one, another client has its own', async () => {
    const world = boundary(limited('{ maxToolCalls: 2 }'))
    const answers: Answer[] = []
    for (const client of ['test', 'test', 'test', 'other']) {
      const host = await world.open({ client })
      answers.push(await host.gate.perform(request('look')))
      await host.close()
    }
    expect(answers.map(({ outcome }) => outcome.status)).toEqual(['completed', 'completed', 'denied', 'completed'])
  })

  test('a run ends after its window, and the next one starts with a full budget', async () => {
    const world = boundary({ ...limited('{ maxToolCalls: 1 }'), more: 'gateway: { runWindow: 1h }\n' })
    let now = 1_000_000_000_000
    const host = await world.open({ now: () => now })
    expect((await host.gate.perform(request('look'))).outcome.status).toBe('completed')
    now += 3_599_999
    expect((await host.gate.perform(request('look'))).outcome.status).toBe('denied')
    now += 1
    expect((await host.gate.perform(request('look'))).outcome.status).toBe('completed')
    await host.close()
  })

  test('calls that fail count, denied ones do not', async () => {
    const world = boundary(limited('{ maxToolCalls: 1, maxDenials: 2 }'))
    const host = await world.open()
    const denied = await host.gate.perform({ ...request('look'), arguments: 'no object' })
    expect(codes(denied)).toEqual(['context.arguments-invalid', 'context.tool-allowed'])
    const gone = new AbortController()
    const waiting = host.gate.perform(request('wait'), { signal: gone.signal, onProgress: () => gone.abort() })
    expect((await waiting).outcome.status).toBe('cancelled')
    expect(codes(await host.gate.perform(request('look')))).toContain('budget.tool-calls')
    expect(codes(await host.gate.perform(request('look')))).toContain('budget.denials')
    await host.close()
  })

  test('a sum over arguments and a window over runs hold across processes', async () => {
    const world = boundary(limited('{ perTool: { "witness:write": { per: 24h, sum: args.n, max: 10 } } }'))
    const results: string[] = []
    for (const n of [6, 5, 4, 1, 0]) {
      const host = await world.open({ client: `client-${n}` })
      results.push((await host.gate.perform(request('write', n))).outcome.status)
      await host.close()
    }
    expect(results).toEqual(['completed', 'denied', 'completed', 'denied', 'completed'])
  })

  test('at the end of its runtime budget a call in flight is aborted, and the server hears of it', async () => {
    const world = boundary(limited('{ maxRuntimeSeconds: 0.3 }'))
    const host = await world.open()
    const answer = await host.gate.perform(request('wait'))
    expect(answer.outcome).toMatchObject({ status: 'failed', error: { code: 'server.timeout' } })
    const next = await host.gate.perform(request('look'))
    expect(codes(next)).toContain('budget.runtime')
    await host.close()
    expect(world.witnessed()).toEqual([
      { tool: 'wait', args: { n: 0 } },
      { tool: 'wait', cancelled: true },
    ])
    const ledger = world.ledger()
    expect(recordsOf(ledger).filter(({ kind }) => kind === 'action.finished')).toHaveLength(1)
    ledger.close()
  })
})
