import { expect, test } from 'vitest'
import { faultsOf, recordsOf } from '../../../host/test/boundary.ts'
import { about, call, type Served, served } from './served.ts'

const anyArguments = { policies: '{ toolAccess: { default: deny, allow: ["witness:look"] } }' }
const send = (api: Served, body: string | Buffer, type = 'application/json', path = '/v1/actions') =>
  api.send(path, { method: 'POST', headers: { 'content-type': type }, body })
const withArguments = (text: string) => `{"target":"witness:look","arguments":${text}}`

test.each<[string, number, string, string | Buffer]>([
  ['brackets without end', 400, 'request.invalid', withArguments(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ['objects without end', 400, 'request.invalid', withArguments(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
  ['only opened', 400, 'request.invalid', '['.repeat(1_000_000)],
  ['a number beyond a double', 400, 'request.invalid', withArguments('{"n":1e400}')],
  ['a whole number that no double holds', 400, 'request.invalid', withArguments('{"n":9007199254740993}')],
  ['a negative one', 400, 'request.invalid', withArguments('{"n":[-10000000000000001]}')],
  ['one of a thousand digits', 400, 'request.invalid', withArguments(`{"n":${'9'.repeat(1_000)}}`)],
  ['half of a surrogate pair', 400, 'request.invalid', withArguments('{"n":"\\ud800"}')],
  ['invalid UTF-8', 400, 'request.not-json', Buffer.from(withArguments('{"n":"\xff\xfe"}'), 'latin1')],
  ['an overlong encoding', 400, 'request.not-json', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d])],
  ['UTF-16', 400, 'request.not-json', Buffer.from(`\ufeff${withArguments('{}')}`, 'utf16le')],
  ['nothing', 400, 'request.not-json', ''],
  ['half a body', 400, 'request.not-json', '{"target":'],
  ['NaN', 400, 'request.not-json', withArguments('{"n":NaN}')],
  ['a text', 400, 'request.invalid', '"witness:look"'],
  ['null', 400, 'request.invalid', 'null'],
  ['a field too many', 400, 'request.invalid', '{"target":"witness:look","argumnets":{}}'],
  ['another executor', 400, 'request.invalid', '{"target":"witness:look","executor":"admin"}'],
  ['another origin', 400, 'request.invalid', '{"target":"witness:look","origin":"operator"}'],
  ['no target', 400, 'request.invalid', '{}'],
  ['a target that is too long', 400, 'request.invalid', JSON.stringify({ target: 'x'.repeat(401) })],
  ['a kind that is not a program’s', 400, 'request.invalid', '{"kind":"plugin.load","target":"tool"}'],
  ['what a server asks', 400, 'request.invalid', '{"kind":"sampling.create","target":"witness"}'],
  ['an unknown kind', 400, 'request.invalid', '{"kind":"__proto__","target":"witness"}'],
  ['`extra` that is a list', 400, 'request.invalid', '{"target":"witness:look","extra":[1]}'],
  ['a prototype for the request', 400, 'request.invalid', '{"__proto__":{"target":"witness:look"}}'],
])('%s: %i %s', async (_, status, code, body) => {
  const api = await served(anyArguments)
  expect(await send(api, body)).toMatchObject({ status, body: { code } })
  const ledger = api.world.ledger()
  expect(recordsOf(ledger)).toEqual([])
  ledger.close()
})

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonp',
  'multipart/form-data; boundary=x',
  '',
])('a body of type `%s`: 415', async (type) => {
  const api = await served(anyArguments)
  const answer = await send(api, Buffer.from(JSON.stringify(call('look'))), type)
  expect(answer).toMatchObject({ status: 415, body: { code: 'request.media-type' } })
})

test('numbers that a double holds, a charset and a byte order mark are taken', async () => {
  const api = await served(anyArguments)
  for (const text of [
    '{"n":9007199254740992}',
    '{"n":12345678901234567000}',
    '{"n":1e21}',
    '{"n":10000000000000000000000}',
    '{"s":"\\ud83d\\ude00"}',
  ]) {
    expect((await send(api, withArguments(text), 'Application/JSON; charset=utf-8')).status, text).toBe(200)
  }
  expect((await send(api, `\ufeff${withArguments('{}')}`)).status).toBe(200)
})

test('`__proto__` and its like are arguments like any other: decided and recorded as they were sent', async () => {
  const api = await served({
    policies: `{ toolAccess: { default: deny, allow: [{ tool: "witness:look", when: "size(args) == 1" }] } }`,
  })
  const two = '{"__proto__":{"admin":true},"n":1}'
  expect((await send(api, withArguments(two))).body.decision).toMatchObject({ codes: ['context.condition-false'] })
  const one = '{"__proto__":{"admin":true}}'
  expect((await send(api, withArguments(one))).body.decision.effect).toBe('allow')
  const resource = `{"type":"tool","id":"witness:look","properties":{"arguments":${two}}}`
  const evaluation = `{"subject":{"type":"client","id":"desk"},"action":{"name":"tools/call"},"resource":${resource}}`
  expect((await send(api, evaluation, undefined, '/access/v1/evaluation')).body.decision).toBe(false)
  const ledger = api.world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  const [first] = recordsOf(ledger).flatMap((record) => (record.kind === 'action.decided' ? [record.body.action] : []))
  ledger.close()
  expect(JSON.stringify(first?.arguments)).toBe(two)
})

test('arguments over 1 MB are denied, and on record without them', async () => {
  const api = await served(anyArguments)
  const { status, body } = await api.post('/v1/actions', call('look', { text: 'x'.repeat(1_000_001) }))
  expect({ status, body }).toMatchObject({ status: 200, body: { decision: { effect: 'deny' } } })
  expect(body.decision.codes).toContain('arguments.too-large')
})

test('an outcome that nests without end leaves the lease open', async () => {
  const api = await served(anyArguments)
  const { body } = await api.post('/v1/actions', call('look'))
  const path = `/v1/actions/${body.id}/outcome`
  const deep = `{"status":"completed","result":${'['.repeat(5_000)}${']'.repeat(5_000)}}`
  expect(await send(api, deep, undefined, path)).toMatchObject({ status: 400 })
  expect(await api.post(path, { status: 'unknown' })).toMatchObject({ status: 400 })
  expect(await api.post(path, { status: 'completed', result: null })).toMatchObject({ status: 200 })
})

test('a request is not asked about itself: the path of an outcome is no place to look for others', async () => {
  const api = await served(anyArguments)
  for (const id of ['..', '%2e%2e', '__proto__', 'constructor', '%00', 'x'.repeat(5_000)]) {
    const answer = await fetch(`${api.url}/v1/actions/${id}/outcome`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"status":"completed"}',
    })
    expect(answer.status, id).toBe(404)
  }
})

test('what is told of a wrong body is short', async () => {
  const api = await served(anyArguments)
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]))
  const { status, body } = await api.post('/v1/actions', { ...call('look'), ...many })
  expect(status).toBe(400)
  expect(body.detail.length).toBeLessThanOrEqual(1_000)
  expect(await api.post('/access/v1/evaluation', { ...about('look'), ...many })).toMatchObject({ status: 200 })
})
