import { describe, expect, test } from 'vitest'
import { authzenFaults } from './authzen-schema.ts'
import { about, type Served, served, type Who } from './served.ts'

const path = '/access/v1/evaluation'
const all = '/access/v1/evaluations'
const some = { policies: '{ toolAccess: { default: deny, allow: [{ tool: "witness:look", when: "args.n < 5" }] } }' }

/** Asks for one evaluation: what is sent and what comes is as AuthZEN has it. */
async function evaluate(api: Served, request: object, as?: Who) {
  expect(authzenFaults('evaluationRequest', request)).toEqual([])
  const answer = await api.post(path, request, as)
  if (answer.status === 200) expect(authzenFaults('evaluation', answer.body)).toEqual([])
  return answer
}

async function evaluateAll(api: Served, request: object) {
  expect(authzenFaults('evaluationsRequest', request)).toEqual([])
  const answer = await api.post(all, request)
  expect(answer.status).toBe(200)
  expect(authzenFaults('evaluations', answer.body)).toEqual([])
  return answer.body.evaluations
}
const decisions = (evaluations: readonly { readonly decision: boolean }[]) =>
  evaluations.map(({ decision }) => decision)

describe('one evaluation', () => {
  test('is what the Gate would decide, and leaves nothing behind', async () => {
    const api = await served(some)
    const allowed = { decision: true, context: { effect: 'allow', codes: ['context.tool-allowed'], reasons: [] } }
    expect((await evaluate(api, about('look', { n: 1 }))).body).toEqual(allowed)
    expect((await evaluate(api, about('look', { n: 5 }))).body).toMatchObject({
      decision: false,
      context: { effect: 'deny', codes: ['context.condition-false'] },
    })
    // The same request gets the same decision, however often it is asked.
    expect((await evaluate(api, about('look', { n: 1 }))).body).toEqual(allowed)
    expect((await api.get('/v1/runs')).body).toEqual({ runs: [] })
  })

  test('arguments that are not named are none', async () => {
    const api = await served()
    const { properties: _, ...resource } = about('look').resource
    expect((await evaluate(api, { ...about('look'), resource })).body.decision).toBe(true)
  })

  test.each([
    [{ type: 'client', id: 'desk' }, 'desk', 200],
    [{ type: 'principal', id: 'mira' }, 'desk', 200],
    [{ type: 'principal', id: 'mira' }, 'phone', 200],
    [{ type: 'client', id: 'desk', properties: { role: 'admin' } }, 'desk', 200],
    [{ type: 'client', id: 'desk' }, 'phone', 403],
    [{ type: 'client', id: 'nobody' }, 'desk', 403],
    [{ type: 'client', id: 'mira' }, 'desk', 403],
    [{ type: 'principal', id: 'ada' }, 'desk', 403],
    [{ type: 'principal', id: 'mira' }, 'other principal', 403],
    [{ type: 'user', id: 'desk' }, 'desk', 403],
  ] as const)('the subject %j, asked about by %s: %i', async (subject, as, status) => {
    const api = await served()
    const answer = await evaluate(api, about('look', { n: 1 }, subject), as)
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.body.code).toBe('subject.not-caller')
  })

  test.each([
    ['tools/call', 'resource'],
    ['tools/list', 'tool'],
    ['resources/read', 'tool'],
    ['delete', 'record'],
    ['__proto__', 'toString'],
  ])('there is no action %s on a %s', async (name, type) => {
    const api = await served()
    const request = { ...about('look'), action: { name }, resource: { type, id: 'witness:look' } }
    expect((await evaluate(api, request)).body).toMatchObject({
      decision: false,
      context: { effect: 'deny', error: { status: 400 } },
    })
  })

  test.each([
    ['resources/read', 'resource', 'witness:file:///srv/a', true],
    ['resources/read', 'resource', 'witness:file:///etc/a', false],
    ['prompts/get', 'prompt', 'witness:greet', true],
    ['prompts/get', 'prompt', 'witness:other', false],
  ])('%s of %s %s: %s', async (name, type, id, decision) => {
    const api = await served({
      policies: '{ resourceAccess: { allow: ["witness:file:///srv/*"], prompts: ["witness:greet"] } }',
    })
    expect((await evaluate(api, { ...about('look'), action: { name }, resource: { type, id } })).body.decision).toBe(
      decision,
    )
  })
})

describe('requests (certification scenario of the working group, 2.2 to 2.5)', () => {
  const { subject, action, resource } = about('look')
  test.each<[string, object, RegExp]>([
    ['no subject', { action, resource }, /`\$\.subject` is missing/],
    ['no action', { subject, resource }, /`\$\.action` is missing/],
    ['no resource', { subject, action }, /`\$\.resource` is missing/],
    ['a subject with no type', { subject: { id: 'desk' }, action, resource }, /`\$\.subject\.type` is missing/],
    ['a subject with no id', { subject: { type: 'client' }, action, resource }, /`\$\.subject\.id` is missing/],
    ['an action with no name', { subject, action: {}, resource }, /`\$\.action\.name` is missing/],
    ['a resource with no type', { subject, action, resource: { id: 'x' } }, /`\$\.resource\.type` is missing/],
    ['a resource with no id', { subject, action, resource: { type: 'tool' } }, /`\$\.resource\.id` is missing/],
    ['a subject that is text', { subject: 'desk', action, resource }, /`\$\.subject` is wrong: expected object/],
    ['a name that is a number', { subject, action: { name: 123 }, resource }, /`\$\.action\.name` is wrong/],
    ['a context that is a list', { subject, action, resource, context: [] }, /`\$\.context` is wrong/],
    [
      'arguments that are a list',
      { subject, action, resource: { ...resource, properties: { arguments: [1] } } },
      /`\$\.resource\.properties\.arguments` is wrong: expected an object/,
    ],
    ['a list', [], /`\$` is wrong/],
  ])('%s: 400, and where', async (_, request, detail) => {
    const api = await served()
    const answer = await api.post(path, request)
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
    expect(answer.body.detail).toMatch(detail)
  })

  test.each<[string, RequestInit]>([
    ['another content type', { headers: { 'content-type': 'text/plain' }, body: JSON.stringify(about('look')) }],
    ['no JSON', { headers: { 'content-type': 'application/json' }, body: '{"subject":' }],
    ['nothing', { headers: { 'content-type': 'application/json' }, body: '' }],
  ])('%s: 400', async (_, init) => {
    const api = await served()
    expect(await api.send(path, { method: 'POST', ...init })).toMatchObject({ status: 400 })
    expect(await api.send(all, { method: 'POST', ...init })).toMatchObject({ status: 400 })
  })

  test('what is not known is ignored, and the context is taken', async () => {
    const api = await served()
    const request = { ...about('look'), foo: 'bar', futureField: { nested: true }, context: { time: '2026-06-27' } }
    const inside = { ...request, action: { ...action, more: 1, properties: { method: 'GET' } } }
    expect((await evaluate(api, inside)).body.decision).toBe(true)
  })

  test('X-Request-ID comes back, with an error too, and none is made up', async () => {
    const api = await served()
    const send = (id: string, body: string) =>
      api.send(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-request-id': id }, body })
    const id = 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716 ~!?'
    expect((await send(id, JSON.stringify(about('look')))).headers.get('x-request-id')).toBe(id)
    expect((await send(id, '{')).headers.get('x-request-id')).toBe(id)
    const without = await api.post(path, about('look'))
    expect(without.headers.has('x-request-id')).toBe(false)
    expect(without.headers.get('cache-control')).toBe('no-store')
  })
})

describe('several evaluations', () => {
  const args = (n: number) => ({ resource: about('look', { n }).resource })
  const { subject, action, resource } = about('look')

  test('each in its place, with the defaults at the top', async () => {
    const api = await served(some)
    const evaluations = [args(1), args(9), args(2)]
    expect(decisions(await evaluateAll(api, { subject, action, evaluations }))).toEqual([true, false, true])
    expect(
      decisions(await evaluateAll(api, { evaluations: [about('look', { n: 1 }), about('look', { n: 9 })] })),
    ).toEqual([true, false])
    // A default is replaced as a whole; what names the entity is taken over.
    const partial = {
      subject,
      action,
      resource: { type: 'tool', properties: { arguments: { n: 9 } } },
      evaluations: [
        { resource: { id: 'witness:look', properties: { arguments: { n: 1 } } } },
        { resource: { id: 'witness:look' } },
      ],
    }
    const [first, second] = await evaluateAll(api, partial)
    expect(first.decision).toBe(true)
    // No arguments at all: the condition cannot be evaluated; with those of the default it would be false.
    expect(second.context.codes).toEqual(['context.condition-error'])
  })

  test.each([
    ['execute_all', [1, 9, 2], [true, false, true]],
    ['deny_on_first_deny', [1, 9, 2], [true, false]],
    ['deny_on_first_deny', [1, 2], [true, true]],
    ['permit_on_first_permit', [9, 1, 2], [false, true]],
    ['permit_on_first_permit', [9, 8], [false, false]],
  ])('%s of %j: %j', async (semantic, numbers, wanted) => {
    const api = await served(some)
    const options = { evaluations_semantic: semantic, another: 'option' }
    expect(decisions(await evaluateAll(api, { subject, action, options, evaluations: numbers.map(args) }))).toEqual(
      wanted,
    )
  })

  test('one that is wrong fails alone', async () => {
    const api = await served(some)
    const evaluations = [args(1), {}, { ...args(1), subject: { type: 'client', id: 'phone' } }, args(2)]
    const answers = await evaluateAll(api, { subject, action, evaluations })
    expect(answers).toMatchObject([
      { decision: true },
      { decision: false, context: { error: { status: 400, message: '`$.resource` is missing' } } },
      { decision: false, context: { error: { status: 403 } } },
      { decision: true },
    ])
  })

  test('none: a single evaluation', async () => {
    const api = await served()
    for (const request of [about('look'), { ...about('look'), evaluations: [] }]) {
      const { status, body } = await api.post(all, request)
      expect({ status, decision: body.decision }).toEqual({ status: 200, decision: true })
      expect(authzenFaults('evaluation', body)).toEqual([])
    }
    expect(await api.post(all, { subject, action })).toMatchObject({ status: 400 })
    expect(await api.post(all, { ...about('look', {}, { type: 'client', id: 'phone' }) })).toMatchObject({
      status: 403,
    })
  })

  test('are bounded, and their semantics are one of three', async () => {
    const api = await served()
    const many = (count: number) => ({
      subject,
      action,
      evaluations: Array.from({ length: count }, () => ({ resource })),
    })
    expect(await evaluateAll(api, many(100))).toHaveLength(100)
    const tooMany = await api.post(all, many(101))
    expect(tooMany).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('`$.evaluations` is wrong') },
    })
    const wrong = { subject, action, evaluations: [args(1)], options: { evaluations_semantic: 'all' } }
    expect((await api.post(all, wrong)).body.detail).toContain('`$.options.evaluations_semantic` is wrong')
    expect((await api.post(all, { subject, action, evaluations: [1] })).body.detail).toContain('`$.evaluations[0]`')
  })
})

test('metadata names the endpoints below the base URL', async () => {
  const api = await served()
  const { status, headers, body } = await api.get('/.well-known/authzen-configuration')
  expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'application/json' })
  expect(authzenFaults('metadata', body)).toEqual([])
  expect(body).toEqual({
    policy_decision_point: api.url,
    access_evaluation_endpoint: api.url + path,
    access_evaluations_endpoint: api.url + all,
  })
})
