import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { soon, TriggeredDesk } from './triggered.ts'

// Runs that signed messages start: over real sockets, signed as Standard Webhooks 1.0 has it.
const key = { secret: { provider: 'dot.env', key: 'HOOK' } }
const webhook = { type: 'webhook', url: '/hooks/tickets' }
const inputs = {
  ticket: { type: 'string', required: true },
  urgency: { type: 'integer', default: 3 },
  team: { type: 'string', enum: ['ops', 'web'] },
}
const input = (name: string) => `\${inputs.${name}}`
const taking = (more: Partial<ConstructorParameters<typeof TriggeredDesk>[0]> = {}) =>
  new TriggeredDesk({
    triggers: [webhook],
    inputs,
    args: { ticket: input('ticket'), urgency: input('urgency') },
    run: { webhook: key },
    ...more,
  })

test('a signed message starts a run with its body as inputs; each message one, whichever gateway it comes to, after a restart too', async () => {
  await using on = taking()
  const [first, second] = [await on.open(), await on.open()]
  const taken = await on.post(first, { ticket: 'T-1' })
  expect(taken).toMatchObject({ status: 202, body: { run: expect.any(String), started: true } })
  const { run } = taken.body
  await soon(() => on.runs()).toMatchObject([
    {
      run,
      status: 'completed',
      actions: 1,
      start: {
        client: 'webhook:job',
        principal: 'ada',
        inputs: { ticket: 'T-1', urgency: 3 },
        startedBy: { trigger: 'webhook', run: 'job', message: 'msg_1' },
      },
    },
  ])
  const again = { status: 200, body: { run, started: false } }
  expect(await on.post(first, { ticket: 'T-1' })).toMatchObject(again)
  expect(await on.post(second, { ticket: 'T-1' })).toMatchObject(again)
  expect(await on.post(second, { ticket: 'T-2' })).toMatchObject({ status: 409, body: { code: 'webhook.id-taken' } })
  await on.close(first)
  await on.close(second)
  const third = await on.open()
  expect(await on.post(third, { ticket: 'T-1' })).toMatchObject(again)
  // The path that the Context names stands below the run's name.
  const other = await on.post(third, { ticket: 'T-2' }, { id: 'msg_2', path: 'job/hooks/tickets' })
  expect(other).toMatchObject({ status: 202 })
  await soon(() => on.runs().map(({ status }) => status)).toEqual(['completed', 'completed'])
})

test('one message to two gateways at the same time starts one run', async () => {
  await using on = taking()
  const faces = [await on.open(), await on.open()]
  const taken = await Promise.all([...faces, ...faces, ...faces].map((face) => on.post(face, { ticket: 'T-1' })))
  expect(taken.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 202])
  expect(new Set(taken.map(({ body }) => body.run)).size).toBe(1)
  await soon(() => on.runs().map(({ status }) => status)).toEqual(['completed'])
  expect(on.heard('look')).toBe(1)
})

test('what is not signed with the key, just now, for that body, is told nothing and starts nothing', async () => {
  await using on = taking()
  const face = await on.open()
  const seconds = (late: number) => String(Math.floor(on.clock / 1_000) - late)
  const body = { ticket: 'T-1' }
  const wrong = { status: 401, body: { code: 'webhook.signature-wrong' } }
  const signature = `v1,${Buffer.alloc(32).toString('base64')}`
  expect(await on.post(face, body, { signature })).toMatchObject(wrong)
  expect(await on.post(face, body, { signature: `${signature} v1, v1a,AAAA` })).toMatchObject(wrong)
  expect(await on.post(face, body, { path: 'nobody' })).toMatchObject(wrong)
  expect(await on.post(face, body, { path: 'job/hooks/others' })).toMatchObject(wrong)
  expect(await on.post(face, body, { path: 'job/%ff' })).toMatchObject(wrong)
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const missing = { status: 401, body: { code: 'webhook.headers-missing' } }
    expect(await on.post(face, body, { without: [name] })).toMatchObject(missing)
  }
  // A dot in it would let the same signature stand for another message.
  expect(await on.post(face, body, { id: 'msg.1' })).toMatchObject({ status: 401 })
  const old = { status: 401, body: { code: 'webhook.too-old' } }
  expect(await on.post(face, body, { timestamp: seconds(301) })).toMatchObject(old)
  expect(await on.post(face, body, { timestamp: seconds(-301) })).toMatchObject({ body: { code: 'webhook.too-new' } })
  expect(await on.post(face, body, { timestamp: '1e9' })).toMatchObject({ status: 401 })
  expect(on.runs()).toEqual([])
  // No agent's token is asked for, and none would do.
  const bare = await fetch(`${face.url}/v1/triggers/job`, { headers: { authorization: 'Bearer x' } })
  expect(bare.status).toBe(401)
  expect(await on.post(face, body, { timestamp: seconds(299) })).toMatchObject({ status: 202 })
})

test('a body that is not what the Context takes is refused with every fault, and may come again mended', async () => {
  await using on = taking({ run: { webhook: key, inputs: { team: 'ops' } } })
  const face = await on.open()
  const refused = async (body: unknown) => {
    const { status, body: problem, headers } = await on.post(face, body)
    expect(headers.get('content-type')).toBe('application/problem+json')
    return `${status} ${problem.code}: ${problem.detail}`
  }
  expect(await refused({ urgency: '5', team: 'web', tikcet: 'T-1' })).toBe(
    '400 request.invalid: input `team` is set by the host; input `urgency` is not of type integer; input `tikcet` is not declared; declared are `ticket`, `urgency`, `team`; input `ticket` is missing',
  )
  expect(await refused({ ticket: null })).toContain('input `ticket` is not of type string')
  expect(await refused({ ticket: 'a', urgency: 1.5 })).toContain('input `urgency` is not of type integer')
  expect(await refused(['T-1'])).toContain('400 request.invalid: the body is no object')
  expect(await refused('{"ticket":')).toContain('400 request.not-json')
  expect(await refused({ ticket: 'x'.repeat(1_000_000) })).toContain('413 http.body-too-large')
  const untyped = await on.post(face, { ticket: 'T-1' }, { without: ['content-type'] })
  expect(untyped).toMatchObject({ status: 415, body: { code: 'request.media-type' } })
  expect(on.runs()).toEqual([])
})

test('what is full says so, and when to come again; what was taken stays on record', async () => {
  await using on = taking({ tool: 'wait', queue: { maxRunning: 1, maxWaiting: 1 } })
  const face = await on.open()
  const send = (n: number) => on.post(face, { ticket: `T-${n}` }, { id: `msg_${n}` })
  expect([(await send(1)).status, (await send(2)).status]).toEqual([202, 202])
  await soon(() => on.heard('wait')).toBe(1)
  const full = await send(3)
  expect(full).toMatchObject({ status: 503, body: { code: 'run.full' } })
  expect(full.headers.get('retry-after')).toBe('10')
  // One that was taken is no new one.
  expect((await send(2)).status).toBe(200)
  await on.close(face)
  expect(on.runs().map(({ status }) => status)).toEqual(['interrupted', 'interrupted'])
})

test('what the host wires no more when its turn comes is not begun', async () => {
  await using on = taking({ tool: 'wait', queue: { maxRunning: 1 } })
  const face = await on.open()
  const first = await on.post(face, { ticket: 'T-1' }, { id: 'msg_1' })
  await on.post(face, { ticket: 'T-2' }, { id: 'msg_2' })
  await soon(() => on.witnessed()).toEqual(['wait'])
  const other = { context: 'ticker.json', inputs: { ticket: 'T-3' } }
  const config = JSON.parse(readFileSync(join(on.desk.folder, 'host.json'), 'utf8')) as JsonObject // reason: the desk wrote it
  on.desk.write('host.json', JSON.stringify({ ...config, gateway: { runs: { other } } }))
  await soon(() => on.log.join('\n')).toContain('what the config says has changed')
  await on.cancel(String(first.body.run))
  await soon(() => on.runs().map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
  expect(on.witnessed()).toEqual(['wait'])
})

test('a frozen ledger takes no message', async () => {
  await using on = taking()
  const face = await on.open()
  expect(on.desk.ecp('freeze', '--config', 'host.json', '--trace-dir', 'ledger').status).toBe(0)
  expect(await on.post(face, { ticket: 'T-1' })).toMatchObject({ status: 503, body: { code: 'run.frozen' } })
  expect(on.runs()).toEqual([])
})

test.each([
  ['a webhook without a key', { run: {} }, /its webhook has no key; give it one as `webhook.secret`/],
  [
    'a key without a webhook',
    { triggers: [{ type: 'manual' }] },
    /has no trigger of type schedule, webhook, tool-event; .*no trigger that the key/,
  ],
  [
    'a trigger that is not there',
    { run: { webhook: key, triggers: ['webhook', 'schedule'] } },
    /`\S*context.json` has no trigger of type `schedule`/,
  ],
  [
    'an event of a webhook',
    { triggers: [{ ...webhook, event: 'created' }] },
    /leave `event` out \(\S*context.json:1:\d+\)/,
  ],
  [
    'an event that nobody announces',
    { triggers: [{ type: 'tool-event', event: 'witness:write' }], run: {}, inputs: {}, args: {} },
    /event `witness:write` is not one that ecp can wait for: `SERVER:resources\/updated:URI`/,
  ],
  [
    'a server that is not wired',
    { triggers: [{ type: 'tool-event', event: 'witnes:prompts/list_changed' }], run: {}, inputs: {}, args: {} },
    /server `witnes` is not wired; did you mean `witness`\?/,
  ],
  [
    'inputs that are missing at night',
    { triggers: [{ type: 'schedule', cron: '0 3 * * *' }], run: { inputs: { urgency: 'high' } } },
    /input `urgency` is not of type integer .*input `ticket` is missing/,
  ],
  ['a key that is none', { run: { webhook: { secret: { provider: 'dot.env', key: 'NONE' } } } }, /NONE.* is missing/],
])('is refused before anything is served: %s', async (_, more, text) => {
  await using on = taking(more)
  await expect(on.open()).rejects.toThrow(text)
})
