import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openSqliteLedger } from '@ecp/ledger'
import type { JsonObject } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { program } from '../gateway.ts'
import { keyText } from '../serve/receiver.ts'
import { soon, TriggeredDesk } from './triggered.ts'

// Runs that nobody carries: `ecp serve` goes on with them.
const flags = ['--config', 'host.json', '--trace-dir', 'ledger']
const held = { writeControls: { requireApprovalFor: ['witness:write'] } }
type Plan = ConstructorParameters<typeof TriggeredDesk>[0]
const key = { secret: { provider: 'dot.env', key: 'HOOK' } }
const hook = (more: Partial<Plan> = {}): Plan => ({
  triggers: [{ type: 'webhook', url: '/job' }],
  run: { webhook: key },
  ...more,
})
const hooked = (more: Partial<Plan> = {}) => new TriggeredDesk(hook(more))
const waiting = (more: Partial<Plan> = {}) => hooked({ tool: 'write', policies: held, ...more })

/** The open approval of the newest run, once it waits. */
async function asked(on: TriggeredDesk): Promise<string> {
  await soon(() => on.runs()[0]?.status).toBe('waiting')
  const paused = on.records(on.runs()[0]?.run ?? '').find(({ kind }) => kind === 'run.paused')
  return String((paused?.body as JsonObject | undefined)?.approvals).split(',')[0] ?? '' // reason: looked at by the test alone
}

function answer(on: TriggeredDesk, verdict: 'approve' | 'deny', approval: string): void {
  const { status, stderr } = on.desk.ecp('approvals', verdict, approval, ...flags)
  expect(status, stderr).toBe(0)
}

/** As anybody can write it down who can write the file. */
async function unsigned(on: TriggeredDesk, approval: string): Promise<void> {
  const ledger = openSqliteLedger({ file: join(on.desk.folder, 'ledger', 'ledger.db') })
  const expiresAt = on.clock + 3_600_000
  const nonce = Buffer.alloc(16, 1).toString('base64url')
  const said = { approval, answer: 'approve', by: 'mallory', expiresAt, nonce, proof: { kind: 'unsigned' } } as const
  await ledger.answerApproval(on.clock, said)
  ledger.close()
}

const kinds = (on: TriggeredDesk, run = on.runs()[0]?.run) =>
  on.records(run ?? '').flatMap(({ kind }) => (kind.startsWith('run.') ? [kind.slice(4)] : []))

test('a run that waits goes on when its answer is there, in one of two gateways', async () => {
  await using on = waiting()
  const face = await on.open()
  await on.open()
  await on.post(face, {})
  answer(on, 'approve', await asked(on))
  await soon(() => on.runs()).toMatchObject([{ status: 'completed' }])
  expect(kinds(on)).toEqual(['started', 'paused', 'resumed', 'ended'])
  expect(on.witnessed()).toEqual(['write'])
})

test('a run whose answer comes while no gateway is there goes on with the next one; a no ends it', async () => {
  await using on = waiting()
  const face = await on.open()
  await on.post(face, {})
  const approval = await asked(on)
  await on.close(face)
  answer(on, 'deny', approval)
  expect(on.runs()).toMatchObject([{ status: 'waiting' }])
  await on.open()
  await soon(() => on.runs()).toMatchObject([{ status: 'denied' }])
  expect(on.witnessed()).toEqual([])
})

test('an answer that does not count is no reason to go on again and again', async () => {
  await using on = waiting({
    policies: { writeControls: { ...held.writeControls, approval: { approvers: ['ops'] } } },
    ticker: true,
  })
  const face = await on.open()
  await on.watched(1)
  await on.post(face, {})
  await unsigned(on, await asked(on))
  const turns = ['started', 'paused', 'resumed', 'paused']
  await soon(() => kinds(on)).toEqual(turns)
  const [waits] = on.runs()
  // Whatever is written makes the gateway look again.
  for (const count of [1, 2]) {
    on.clock += 60_000
    await soon(() => on.dues('ticker').filter((due) => due.endsWith('completed'))).toHaveLength(count)
  }
  expect(kinds(on, waits?.run)).toEqual(turns)
})

test('a run of `ecp run` that waits goes on here, too, where the host lets its Context start by itself, unless it is played', async () => {
  await using on = waiting()
  on.desk.write(
    'turns.yaml',
    'recording: ecp/v0.5\nturns:\n  - { executor: nobody, asked: { user: hello }, says: nothing }\n',
  )
  const played = on.desk.ecp('run', 'context.json', '--recorded', 'turns.yaml', ...flags)
  expect(played.status, played.stderr).toBe(4)
  answer(on, 'approve', await asked(on))
  const begun = on.desk.ecp('run', 'context.json', ...flags)
  expect(begun.status, begun.stderr).toBe(4)
  answer(on, 'approve', await asked(on))
  await on.open()
  await soon(() => on.runs()).toMatchObject([
    { status: 'completed', start: { client: 'ecp run' } },
    { status: 'waiting' },
  ])
  expect(on.witnessed()).toEqual(['write'])
})

test('what a stop interrupts, or has not begun, goes on with the next gateway', async () => {
  await using on = hooked({ tool: 'wait', queue: { maxRunning: 1 } })
  const face = await on.open()
  await on.post(face, {}, { id: 'msg_1' })
  await on.post(face, {}, { id: 'msg_2' })
  await soon(() => on.witnessed()).toEqual(['wait'])
  await on.close(face)
  expect(on.runs().map(({ status }) => status)).toEqual(['interrupted', 'interrupted'])
  on.write(hook({ tool: 'wait', run: { webhook: key, overlap: true }, queue: { maxRunning: 2 } }))
  await on.open()
  await soon(() => on.witnessed()).toEqual(['wait', 'wait', 'wait'])
  expect(on.runs().map(({ status }) => status)).toEqual(['running', 'running'])
})

test('a run whose Context has changed since does not go on, and the log says why', async () => {
  await using on = waiting()
  const face = await on.open()
  await on.post(face, {})
  const approval = await asked(on)
  await on.close(face)
  answer(on, 'approve', approval)
  on.write(hook({ tool: 'look' }))
  await on.open()
  await soon(() => on.log.join('\n')).toMatch(/run \S+ cannot go on: .* has changed since it started/)
  expect(on.runs()).toMatchObject([{ status: 'waiting' }])
})

/** The real `ecp serve`, as a process. */
async function served(on: TriggeredDesk) {
  const { home, folder } = on.desk
  const child = spawn(
    process.execPath,
    [program, 'serve', '--listen', '127.0.0.1:0', '--no-socket', '--json', ...flags],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: home, HOOK: keyText },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    url: String(JSON.parse(line).url),
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('a run whose process was killed goes on once; killed again, it is left to a person', async () => {
  await using on = hooked({ tool: 'wait' })
  const first = await served(on)
  expect((await on.post(first, {})).status).toBe(202)
  await soon(() => on.witnessed()).toEqual(['wait'])
  await first.kill()
  const second = await served(on)
  await soon(() => on.witnessed()).toEqual(['wait', 'wait'])
  await second.kill()
  await on.open()
  await soon(() => on.log.join('\n')).toMatch(/run \S+ was cut off twice: .*`ecp resume/)
  expect(kinds(on)).toEqual(['started', 'resumed'])
  expect(on.witnessed()).toEqual(['wait', 'wait'])
})
