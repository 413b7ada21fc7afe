import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { facts, Gateway, witness } from './gateway.ts'
import type { Wire } from './wire.ts'

// Whatever a client writes into the pipe, the process goes on: after every piece of noise a valid call still works.
const randomSeed = Date.now() % 2_147_483_647
console.log(`the random seed of this run is ${randomSeed}`)

let gateway: Gateway
let wire: Wire
beforeAll(async () => {
  gateway = new Gateway((desk) => ({
    servers: { witness: witness(desk) },
    policies: {
      open: {
        toolAccess: { default: 'deny', allow: ['witness:look'] },
        budgets: { maxToolCalls: 1_000_000, maxDenials: 1_000_000 },
      },
    },
    security: {
      tools: { allowServers: ['witness'] },
      budgets: { perRun: { maxToolCalls: 1_000_000, maxDenials: 1_000_000 } },
    },
  }))
  wire = await gateway.wire('open')
  await wire.request('tools/list')
}, 60_000)
afterAll(async () => {
  expect(await wire?.close()).toBe(0)
  gateway[Symbol.dispose]()
})

let calls = 0
/** A valid call on the same pipe, answered by the server. */
async function expectAlive(): Promise<void> {
  calls += 1
  const result = await wire.call('witness__look', { calls })
  expect(result).toEqual({ content: [{ type: 'text', text: 'look done' }] })
}

const valid = [
  {
    jsonrpc: '2.0',
    id: 'x1',
    method: 'tools/call',
    params: { name: 'witness__look', arguments: { a: [1, 'b', null] } },
  },
  { jsonrpc: '2.0', id: 7, method: 'tools/list', params: {} },
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'x1', reason: 'none' } },
  { jsonrpc: '2.0', id: 'p', method: 'ping' },
].map((message) => Buffer.from(JSON.stringify(message)))

const bytes = fc.uint8Array({ minLength: 0, maxLength: 300 }).map((some) => Buffer.from(some))
const flipped = fc
  .tuple(
    fc.constantFrom(...valid),
    fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 6 }),
  )
  .map(([message, flips]) => {
    const copy = Buffer.from(message)
    for (const [at, mask] of flips) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ mask
    return copy
  })
const cut = fc.tuple(fc.constantFrom(...valid), fc.nat(100)).map(([message, at]) => message.subarray(0, at))
const anyId = fc.oneof(fc.jsonValue(), fc.double(), fc.string({ maxLength: 2_000 }), fc.bigInt().map(String))
const wrongTypes = fc
  .record(
    {
      jsonrpc: fc.constantFrom('2.0', '2.0', '1.0', 2, null),
      id: anyId,
      method: fc.oneof(fc.constantFrom('tools/call', 'tools/list', 'initialize', 'ping', '__proto__'), fc.jsonValue()),
      params: fc.oneof(
        fc.record(
          { name: fc.jsonValue(), arguments: fc.jsonValue(), _meta: fc.jsonValue(), cursor: fc.jsonValue() },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      ),
      result: fc.jsonValue(),
      error: fc.jsonValue(),
    },
    { requiredKeys: ['jsonrpc'] },
  )
  .map((message) => Buffer.from(JSON.stringify(message)))
const noise = fc.oneof(bytes, flipped, cut, wrongTypes)

describe.each([
  ['a fixed seed', 20_261_122],
  ['a random seed', randomSeed],
])('corrupted lines, %s', (_which, seed) => {
  test('never end the process, and a valid call still works after each', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 8 }), async (lines) => {
        for (const line of lines) wire.write(Buffer.concat([line, Buffer.from('\n')]))
        await expectAlive()
      }),
      { seed, numRuns: 250, endOnFailure: true },
    )
  })
})

const call = (id: string, args: string) =>
  `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":{"name":"witness__look","arguments":${args}}}\n`
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('lines made to hurt', { timeout: 60_000 }, () => {
  test.each([
    ['no line at all, only line ends', '\n\r\n\n\n'],
    ['a batch, which this revision does not have', `[${call('b1', '{}').trim()},${call('b2', '{}').trim()}]\n`],
    ['an empty batch', '[]\n'],
    ['brackets without end', `${'['.repeat(1_000_000)}\n`],
    ['arrays in arrays', `${nested(200_000)}\n`],
    ['a deep id', `{"jsonrpc":"2.0","id":${nested(50_000)},"method":"ping"}\n`],
    ['deep params', `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${objects(50_000)}}\n`],
    ['a deep _meta', `{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":${objects(50_000)}}}\n`],
    ['an id of a megabyte', `{"jsonrpc":"2.0","id":"${'i'.repeat(1_000_000)}","method":"ping"}\n`],
    ['an id beyond all numbers', `{"jsonrpc":"2.0","id":${'9'.repeat(400)},"method":"ping"}\n`],
    ['a method of a megabyte', `{"jsonrpc":"2.0","id":"m","method":"${'m'.repeat(1_000_000)}"}\n`],
    ['a name of a megabyte', call('n', '{}').replace('witness__look', 'n'.repeat(1_000_000))],
    ['keys of the prototype', '{"jsonrpc":"2.0","id":"k","method":"tools/call","params":{"__proto__":{"name":"x"}}}\n'],
    ['the same key twice', '{"jsonrpc":"2.0","id":"d","id":"e","method":"ping","method":"tools/list"}\n'],
    ['a byte order mark', `\ufeff${call('bom', '{}')}`],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('\n')])],
    ['an answer to nothing', '{"jsonrpc":"2.0","id":99,"result":{}}\n{"jsonrpc":"2.0","id":98,"error":{}}\n'],
    ['a second initialize', '{"jsonrpc":"2.0","id":"i2","method":"initialize","params":{"protocolVersion":3}}\n'],
    [
      'cancelling what does not exist',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}\n',
    ],
    ['notifications nobody knows', '{"jsonrpc":"2.0","method":"notifications/x","params":[1]}\n'.repeat(1_000)],
    ['15 MB that are no message', `"${'x'.repeat(15_000_000)}"\n`],
    ['15 MB of a message', `{"jsonrpc":"2.0","id":"big","method":"ping","params":{"x":"${'x'.repeat(15_000_000)}"}}\n`],
  ])('%s', async (_what, line) => {
    wire.write(line)
    await expectAlive()
  })

  test('arguments over 1 MB are denied and never reach the server', async () => {
    wire.write(call('large', JSON.stringify({ text: 'x'.repeat(1_000_001) })))
    const { result } = await wire.answerTo('large')
    expect(facts(result ?? {})).toMatchObject({
      effect: 'deny',
      codes: expect.arrayContaining(['arguments.too-large']),
    })
    await expectAlive()
    expect(gateway.witnessed().filter(({ args }) => args?.text !== undefined)).toEqual([])
  })

  test('arguments that nest without reason are denied', async () => {
    wire.write(call('deep', objects(50_000)))
    const { result, error } = await wire.answerTo('deep')
    expect(result ? facts(result).effect : error?.code).toBe('deny')
    await expectAlive()
  })

  test.each(['"text"', '[]', '7', 'null', 'true'])('arguments that are no object, %s, are no call', async (args) => {
    const id = `no-object-${args}`
    wire.send({ id, method: 'tools/call', params: { name: 'witness__look', arguments: JSON.parse(args) } })
    const { result, error } = await wire.answerTo(id)
    expect(result, JSON.stringify(result)).toBeUndefined()
    expect([-32602, -32603]).toContain(error?.code) // the SDK's own answer
    expect(error?.message).not.toMatch(/\n\s+at /)
  })

  test('the same id twice: both are decided on their own', async () => {
    wire.write(call('twin', '{"twin":1}') + call('twin', '{"twin":2}'))
    const answers = await wire.until(() => {
      const both = wire.received.filter(({ id }) => id === 'twin')
      return both.length === 2 ? both : undefined
    })
    expect(answers.map(({ result }) => result?.isError)).toEqual([undefined, undefined])
    const twins = gateway.witnessed().flatMap(({ args }) => (args?.twin === undefined ? [] : [args.twin]))
    expect(twins.sort()).toEqual([1, 2])
  })

  test('a valid call in pieces of one byte', async () => {
    for (const byte of Buffer.from(call('pieces', '{"pieces":true}'))) wire.write(Buffer.from([byte]))
    expect((await wire.answerTo('pieces')).result).toEqual({ content: [{ type: 'text', text: 'look done' }] })
  })
})

test('a message over 16 MB ends the connection, and the process by itself', { timeout: 60_000 }, async () => {
  const flooded = await gateway.wire('open')
  flooded.write(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${'x'.repeat(17_000_000)}"}}\n`)
  expect(await flooded.ended).toBe(0)
  expect(flooded.stderr).toMatch(/^ecp: client: .*\n$/)
})

test('all that reached the server was decided before, and nothing but the one tool did', () => {
  const allowed = gateway.actions().filter(({ effect }) => effect === 'allow')
  const heard = gateway.witnessed()
  expect(new Set(heard.map(({ tool }) => tool))).toEqual(new Set(['look']))
  // Noise can cancel a call before the server hears of it.
  expect(heard.length).toBeLessThanOrEqual(allowed.length)
  expect(heard.length).toBeGreaterThanOrEqual(calls)
})
