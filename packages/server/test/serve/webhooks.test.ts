import type { JsonObject } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { facts, witness } from '../gateway.ts'
import { keyText, Receiver, signatureOf } from './receiver.ts'
import { Service } from './service.ts'

// What endpoints outside are told of approvals: from a real gateway, over real sockets.
const quick = { lookMs: 20, firstRetryMs: 20, longestRetryMs: 100, attemptMs: 10_000 }
const longSecret = 'a very long secret that nobody should see.'

interface Wiring {
  readonly url: string
  readonly webhook?: JsonObject
  readonly gateway?: JsonObject
  readonly writes?: JsonObject
}

/** One executor whose writes are held, and an endpoint that is told of it. */
function holding({ url, webhook = {}, gateway = {}, writes = { requireApprovalFor: ['*:*'] } }: Wiring): Service {
  const service = new Service((desk) => ({
    servers: {
      witness: witness(desk),
      other: witness(desk, {
        credentials: { bindings: [{ name: 'SECRET', source: { provider: 'dot.env', key: 'OTHER' } }] },
      }),
    },
    policies: {
      agent: { toolAccess: { default: 'deny', allow: ['witness:*'] }, writeControls: writes },
    },
    security: { secrets: { allowProviders: ['dot.env'] } },
    more: {
      gateway: {
        approvals: {
          wait: '1ms',
          webhooks: { chat: { url, secret: { provider: 'dot.env', key: 'CHAT' }, ...webhook } },
        },
        ...gateway,
      },
    },
  }))
  service.gateway.desk.write('.env', `CHAT=${keyText}\nOTHER="${longSecret}"\n`)
  return service
}

/** A held call; its approval's id. */
async function ask(service: Service, token: string, args: JsonObject = { to: 'bob' }): Promise<string> {
  const client = await service.connect(token)
  const { approvalId } = facts(await client.callTool({ name: 'witness__write', arguments: args }))
  return String(approvalId)
}

const flags = ['--config', 'host.json', '--trace-dir', 'ledger']

test('what is asked, answered and used is told in order, signed, with the link', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  const approval = await ask(service, token)
  const [asked] = await receiver.events('approval.requested', 1)
  const { port } = new URL(service.url)
  expect(asked?.message).toMatchObject({
    type: 'approval.requested',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    data: {
      approval,
      kind: 'hold',
      url: `http://localhost:${port}/approvals/${approval}`,
      target: 'witness:write',
      client: 'ada',
      executor: 'agent',
      principal: 'ada',
      reasons: expect.arrayContaining([{ code: 'write.needs-approval', message: expect.any(String) }]),
      terms: { quorum: 1, approvers: [] },
      arguments: { text: '{"to":"bob"}', bytes: 12, isCut: false },
    },
  })
  expect(asked?.headers['content-type']).toBe('application/json')

  const answered = service.gateway.desk.ecp('approvals', 'approve', approval, '--note', 'fine by me', ...flags)
  expect(answered.status, answered.stderr).toBe(0)
  const [told] = await receiver.events('approval.answered', 1)
  expect(told?.message.data.answer).toMatchObject({
    answer: 'approve',
    note: 'fine by me',
    proof: 'unsigned',
    counts: true,
  })
  const client = await service.connect(token)
  const used = await client.callTool({ name: 'witness__write', arguments: { to: 'bob' } })
  expect(used.isError).toBeFalsy()
  const [use] = await receiver.events('approval.used', 1)
  expect(use?.message.data).toMatchObject({ approval, usedBy: expect.any(String) })

  const { received } = receiver
  expect(received.map(({ message }) => message.type)).toEqual([
    'approval.requested',
    'approval.answered',
    'approval.used',
  ])
  for (const one of received) {
    expect(one.signature).toBe(signatureOf(one))
    expect(Math.abs(Number(one.timestamp) - Date.now() / 1_000)).toBeLessThan(60)
  }
  expect(new Set(received.map(({ id }) => id)).size).toBe(3)
})

test('what is proposed, what expires, and what is asked behind a proxy is told as such', async () => {
  await using receiver = await new Receiver().start()
  const writes = {
    mode: 'propose-only',
    approval: { expiresAfter: '1s', approvers: ['ops'] },
  }
  await using service = holding({ url: receiver.url, writes, gateway: { url: 'https://ecp.example.com/' } })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick, expiryMs: 100 })
  await ask(service, token)
  const [expired] = await receiver.events('approval.expired', 1)
  const [proposed] = await receiver.events('approval.requested', 1)
  const { approval } = proposed?.message.data ?? {}
  expect(proposed?.message.data).toMatchObject({
    kind: 'proposal',
    url: `https://ecp.example.com/approvals/${approval}`,
  })
  expect(proposed?.message.data.terms).toEqual({ quorum: 1, approvers: ['ops'] })
  expect(expired?.message.data).toMatchObject({ approval, kind: 'proposal' })
})

test('an endpoint that is down, and fails, hears of it once it is well, after a restart too; each time with the same id', async () => {
  await using receiver = await new Receiver().start()
  await receiver.stop()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  const approvals = [await ask(service, token, { n: 1 }), await ask(service, token, { n: 2 })]
  await expect.poll(() => service.log.join('\n')).toContain('webhook `chat` fails: it cannot be reached at `127.0.0.1:')

  receiver.behaves = (response) => response.writeHead(500).end()
  await receiver.start()
  await receiver.events('approval.requested', 4)
  await service.close()
  const failed = receiver.received.splice(0)
  receiver.behaves = (response) => response.writeHead(204).end()
  await service.start({ webhookTiming: quick })
  const delivered = await receiver.events('approval.requested', 2)
  // Whatever would come twice would come before the third.
  approvals.push(await ask(service, token, { n: 3 }))
  await receiver.events('approval.requested', 3)
  expect(delivered.map(({ message }) => message.data.approval).toSorted()).toEqual(approvals.slice(0, 2).toSorted())
  for (const one of delivered) {
    const before = failed.filter(({ message }) => message.data.approval === one.message.data.approval)
    expect(new Set(before.map(({ id }) => id))).toEqual(new Set([one.id]))
    expect(before.map(({ message }) => message.data.arguments)).toContainEqual(one.message.data.arguments)
    expect(one.signature).toBe(signatureOf(one))
  }
  expect(receiver.received).toHaveLength(3)
})

test('what is answered with an error or not at all is sent again, signed anew; then the log says that it is well', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  await service.start({ webhookTiming: { ...quick, remindMs: 0, attemptMs: 300 } })
  receiver.behaves = (response) => {
    const { length } = receiver.received
    // The first is never answered, the second ends in the middle, the third is an error.
    if (length === 2) response.destroy()
    else if (length === 3) response.writeHead(503, { 'retry-after': '0' }).end('later')
    else if (length > 3) response.writeHead(200).end('{}')
  }
  await ask(service, token)
  const attempts = await receiver.events('approval.requested', 4)
  expect(new Set(attempts.map(({ id }) => id)).size).toBe(1)
  expect(new Set(attempts.map(({ body }) => body)).size).toBe(1)
  for (const one of attempts) expect(one.signature).toBe(signatureOf(one))
  await expect
    .poll(() => service.log)
    .toEqual([
      'webhook `chat` fails: it did not answer in time; it is tried again',
      expect.stringMatching(/^webhook `chat` fails \(2 attempts in a row\): it closed the connection/),
      'webhook `chat` fails (3 attempts in a row): it answered HTTP 503; it is tried again',
      'webhook `chat` takes messages again, after 3 attempts that failed',
    ])
})

test.each(['elsewhere', 'there'])('a redirect to %s is not followed, and the log says so', async (where) => {
  await using receiver = await new Receiver().start()
  await using other = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  const location = where === 'there' ? '/other' : other.url
  receiver.behaves = (response) => response.writeHead(307, { location }).end()
  await service.start({ webhookTiming: quick })
  await ask(service, token)
  await receiver.events('approval.requested', 2)
  expect(other.received).toEqual([])
  expect(receiver.received.every(({ headers }) => headers['webhook-id'] !== undefined)).toBe(true)
  expect(service.log.join('\n')).toMatch(
    /webhook `chat` fails: it redirects `127.0.0.1:\d+` \(HTTP 307\) .*not followed/,
  )
})

test('what is not reached within the network rules is not reached', async () => {
  await using receiver = await new Receiver().start()
  const { port } = new URL(receiver.url)
  // A name that somebody else has a say in, and that leads to this machine.
  await using service = holding({ url: `https://localhost.localdomain.example:${port}/hook` })
  service.configure((config) => ({
    ...config,
    security: { ...(config.security as JsonObject), network: { allowDomains: ['hooks.example.com'] } },
  }))
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  await ask(service, token)
  await expect
    .poll(() => service.log.join('\n'))
    .toMatch(
      /webhook `chat` fails: it is not connected to: `localhost.localdomain.example` is not in `security.network.allowDomains`/,
    )
  expect(receiver.received).toEqual([])
})

test('hostile arguments are inert and bounded, and it is said that there is more', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  const hostile = '<script>alert(1)</script>\u001b[2J\u202egpj.exe\u200b\u{e0041}'
  await ask(service, token, { [hostile]: hostile, to: hostile })
  await ask(service, token, { text: `${hostile}${'\u202e\u{1f600}"\\'.repeat(85_000)}` })
  const both = await receiver.events('approval.requested', 2)
  for (const { body, message } of both) {
    expect(Buffer.byteLength(body)).toBeLessThan(20_000)
    for (const text of [body, message.data.arguments?.text]) expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u)
    expect(message.data.arguments?.text).toContain('\\u{202e}gpj.exe\\u{200b}\\u{e0041}')
  }
  const [short, long] = both
    .flatMap(({ message }) => message.data.arguments ?? [])
    .toSorted((one, other) => one.bytes - other.bytes)
  expect(short).toMatchObject({ isCut: false })
  expect(long).toMatchObject({ isCut: true, text: expect.stringMatching(/…$/) })
  expect(long?.bytes).toBeGreaterThan(900_000)
})

test('a secret never leaves: neither one that the call would be denied for, nor one of a server that is out of its reach', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  const forms = [longSecret, Buffer.from(longSecret).toString('base64'), encodeURIComponent(longSecret)]
  await ask(service, token, { forms })
  const [told] = await receiver.events('approval.requested', 1)
  expect(told?.message.data.arguments?.text).toBe(
    `{"forms":${JSON.stringify(forms.map(() => '[secret:dot.env:OTHER]'))}}`,
  )
  for (const form of [...forms, keyText, keyText.slice('whsec_'.length)]) expect(told?.body).not.toContain(form)
  const client = await service.connect(token)
  const denied = await client.callTool({ name: 'witness__write', arguments: { key: keyText } })
  expect(facts(denied)).toMatchObject({ effect: 'deny', codes: expect.arrayContaining(['secret.in-arguments']) })
  await ask(service, token, { last: true })
  expect(await receiver.events('approval.requested', 2)).toHaveLength(2)
})

test('two gateways on one ledger tell each thing once', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  const second = await service.open({ webhookTiming: quick })
  const client = await service.connect(token)
  const asked = Array.from({ length: 12 }, (_, n) => client.callTool({ name: 'witness__write', arguments: { n } }))
  const approvals = (await Promise.all(asked)).map((result) => String(facts(result).approvalId))
  await receiver.events('approval.requested', 12)
  for (const approval of approvals.slice(0, 2)) {
    expect(service.gateway.desk.ecp('approvals', 'deny', approval, ...flags).status).toBe(0)
  }
  await receiver.events('approval.answered', 2)
  await second.close()
  await service.close()
  const told = receiver.received.map(({ message }) => `${message.type} ${message.data.approval}`)
  expect(told.toSorted()).toEqual(
    [
      ...approvals.map((id) => `approval.requested ${id}`),
      ...approvals.slice(0, 2).map((id) => `approval.answered ${id}`),
    ].toSorted(),
  )
})

test('only what an endpoint wants; and no more of what it says is gone, or happened too long ago', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url, webhook: { events: ['approval.requested'] } })
  const token = await service.token('ada')
  await service.start({ webhookTiming: quick })
  receiver.behaves = (response) => response.writeHead(410).end()
  const gone = await ask(service, token, { n: 1 })
  await expect
    .poll(() => service.log)
    .toEqual([`webhook \`chat\` is not told of \`approval.requested\` (${gone}): it answered HTTP 410`])
  receiver.behaves = (response) => response.writeHead(204).end()
  expect(service.gateway.desk.ecp('approvals', 'deny', gone, ...flags).status).toBe(0)
  await ask(service, token, { n: 2 })
  await receiver.events('approval.requested', 2)
  expect(receiver.received.map(({ message }) => message.type)).toEqual(['approval.requested', 'approval.requested'])
  await service.close()
  service.log.splice(0)
  await service.start({ webhookTiming: { ...quick, giveUpMs: 0 } })
  const late = await ask(service, token, { n: 3 })
  await expect
    .poll(() => service.log)
    .toContain(`webhook \`chat\` is not told of \`approval.requested\` (${late}): it happened too long ago`)
})

test('an endpoint without a good key is refused before anything starts, and a changed config is followed', async () => {
  await using receiver = await new Receiver().start()
  await using service = holding({ url: receiver.url })
  const token = await service.token('ada')
  const { desk } = service.gateway
  for (const [line, message] of [
    ['', /secret `dot.env:CHAT` is missing/],
    ['CHAT=whsec_c2hvcnQ=', /secret `dot.env:CHAT` of webhook `chat` is no key for webhooks.*openssl rand -base64 32/],
    ['CHAT=a-password-that-somebody-made-up', /is no key for webhooks/],
  ] as const) {
    desk.write('.env', `${line}\nOTHER=${longSecret}\n`)
    const failure: Error = await service.start().then(
      () => new Error('it started'),
      (cause: Error) => cause,
    )
    expect(failure.message).toMatch(message)
    expect(failure.message).not.toMatch(/made-up|c2hvcnQ/)
  }
  desk.write('.env', `CHAT=${keyText}\nOTHER=${longSecret}\n`)
  await service.start({ webhookTiming: quick })
  await ask(service, token, { n: 1 })
  await receiver.events('approval.requested', 1)
  await using other = await new Receiver().start()
  service.configure((config) => JSON.parse(JSON.stringify(config).replaceAll(receiver.url, other.url)))
  await expect.poll(() => service.log.join('\n')).toContain('what the config says has changed')
  await ask(service, token, { n: 2 })
  await other.events('approval.requested', 1)
  expect(receiver.received).toHaveLength(1)
})
