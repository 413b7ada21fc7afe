import { createRequire } from 'node:module'
import type { JsonObject } from '@ecp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Front } from './front.ts'
import { fronts } from './fronts.ts'
import type { Message, Talk } from './talk.ts'
import { Wire } from './wire.ts'

// Every method of the official everything server, asked directly and through the gate by two raw clients that say the
// same: what comes back differs only where a decision says so, and every difference stands in this file.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const passing = { passInstructions: true, passLogs: true, passRoots: true }
const resources = { allow: ['everything:demo://**'], prompts: ['everything:*'] }
const policies = {
  all: { toolAccess: { default: 'deny', allow: ['everything:*'] }, resourceAccess: resources },
  some: {
    toolAccess: { default: 'deny', allow: ['everything:echo'] },
    resourceAccess: { allow: ['everything:demo://resource/dynamic/text/*'], prompts: ['everything:simple-prompt'] },
  },
  held: {
    toolAccess: { default: 'deny', allow: ['everything:*'] },
    resourceAccess: resources,
    writeControls: { mode: 'forbid' },
    budgets: { maxToolCalls: 1 },
  },
}
const governed = () => ({
  servers: { everything: { args: [everything], wiring: passing } },
  policies,
  security: {
    tools: { allowServers: ['everything'], allowSampling: ['everything'], allowElicitation: ['everything'] },
  },
})
/** The same without any of what a server may do beside answering. */
const strictly = () => ({ servers: { everything: { args: [everything] } }, policies })
const capabilities = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } }
const names = 'plain'

describe.each(Object.entries(fronts))('over %s', (_, open) => {
  let front: Front
  let strict: Front
  let direct: Wire
  let gated: Talk
  let greeting: { direct: JsonObject; gated: JsonObject }

  beforeAll(async () => {
    front = await open(governed)
    strict = await open(strictly)
    const { gateway } = front
    direct = new Wire(process.execPath, [everything], { cwd: gateway.desk.folder, env: gateway.environment() })
    const [one, two] = await Promise.all([direct.initialize(capabilities), front.wire('all', { names, capabilities })])
    gated = two
    greeting = { direct: one, gated: gated.received[0]?.result ?? {} }
    await gated.request('tools/list')
  }, 60_000)
  afterAll(async () => {
    // The server by itself outlives its input.
    direct.child.kill()
    await gated.close()
    await front[Symbol.asyncDispose]()
    await strict[Symbol.asyncDispose]()
  })

  /** Both answers, without ids and times of day. */
  async function both(method: string, params: JsonObject): Promise<[direct: unknown, gated: unknown]> {
    const answers = await Promise.all([direct.request(method, params), gated.request(method, params)])
    const [one, two] = answers.map((answer) =>
      JSON.parse(
        JSON.stringify(answer.result ?? answer.error)
          .replaceAll(/\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, 'TIME')
          .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME'),
      ),
    )
    return [one, two]
  }

  const requests: readonly (readonly [method: string, params: JsonObject])[] = [
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'demo://resource/dynamic/text/1' }],
  ['resources/read', { uri: 'demo://resource/dynamic/blob/2' }],
  ['resources/read', { uri: 'demo://resource/static/document/features.md' }],
  ['resources/read', { uri: 'demo://resource/nowhere' }],
  ['resources/subscribe', { uri: 'demo://resource/dynamic/text/1' }],
  ['resources/unsubscribe', { uri: 'demo://resource/dynamic/text/1' }],
  ['prompts/list', {}],
  ['prompts/get', { name: 'simple-prompt' }],
  ['prompts/get', { name: 'args-prompt', arguments: { city: 'Lima', state: 'X' } }],
  ['prompts/get', { name: 'args-prompt', arguments: {} }],
  ['prompts/get', { name: 'resource-prompt', arguments: { resourceType: 'Text', resourceId: '1' } }],
  ['completion/complete', {
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    argument: { name: 'department', value: 'E' },
  }],
  ['completion/complete', {
    ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
    argument: { name: 'resourceId', value: '1' },
  }],
  ['logging/setLevel', { level: 'warning' }],
  ['ping', {}],
  ['tools/call', { name: 'echo', arguments: { message: 'x' }, _meta: { 'example.com/a': 1 } }],
  ['tools/call', { name: 'get-resource-links', arguments: { count: 2 } }],
  ['no/such-method', {}],
] // biome-ignore format: one request a line

  describe('asked directly and through the gate, the same comes back', () => {
    test.each(requests)('%s %j', async (method, params) => {
      const [one, two] = await both(method, params)
      expect(two).toEqual(one)
    })

    test('instructions, where the wiring passes them, under the name of their server', () => {
      expect(greeting.gated.instructions).toBe(`everything:\n${String(greeting.direct.instructions)}`)
    })

    test('tools, those that only a client which can be asked is shown too', async () => {
      const [one, two] = await both('tools/list', {})
      // Ours come by name.
      const byName = (list: unknown) =>
        (list as { tools: { name: string }[] }).tools.sort((a, b) => (a.name < b.name ? -1 : 1)) // reason: what tools/list gives
      expect(byName(two)).toEqual(byName(one))
    })
  })

  describe('tasks', () => {
    const task = { ttl: 60_000, pollInterval: 50 }
    const research = { name: 'simulate-research-query', arguments: { topic: 'locks' }, task }
    const idOf = (result: JsonObject | undefined) => (result as { task: { taskId: string } }).task.taskId // reason: what MCP says it is

    test('one that a call began is followed to its result, as without a gate', async () => {
      const texts = await Promise.all(
        [direct, gated].map(async (wire) => {
          const taskId = idOf((await wire.request('tools/call', research)).result)
          expect((await wire.request('tasks/get', { taskId })).result).toMatchObject({ taskId, status: 'working' })
          const { content } = (await wire.request('tasks/result', { taskId })).result ?? {}
          return content
        }),
      )
      expect(texts[1]).toEqual(texts[0])
    })

    test('one of another client does not exist, and nobody is shown a list of them', async () => {
      const other = await front.wire('all', { names, client: 'other', capabilities })
      await other.request('tools/list')
      const taskId = idOf((await other.request('tools/call', research)).result)
      const { error } = await gated.request('tasks/get', { taskId })
      expect(error).toEqual((await gated.request('tasks/get', { taskId: 'no-such-task' })).error)
      expect(error).toMatchObject({ code: -32602 })
      expect((await gated.request('tasks/list')).error).toMatchObject({ code: -32601 })
      await other.close()
    })
  })

  describe('what a server announces', () => {
    const updated = ({ method }: Message) => method === 'notifications/resources/updated'
    const uri = 'demo://resource/dynamic/text/7'

    test('updates of a resource come to who subscribed to it, and to nobody else', async () => {
      const other = await front.wire('all', { names, client: 'other', capabilities })
      await other.request('tools/list')
      expect((await gated.request('resources/subscribe', { uri })).result).toEqual({})
      for (const wire of [gated, other]) await wire.call('toggle-subscriber-updates')
      expect((await gated.find(updated)).params).toEqual({ uri })
      expect(other.received.filter(updated)).toEqual([])
      await gated.call('toggle-subscriber-updates')
      await gated.request('resources/unsubscribe', { uri })
      await other.close()
    })

    test('log messages come where the wiring passes them', async () => {
      await gated.request('logging/setLevel', { level: 'debug' })
      await gated.call('toggle-simulated-logging')
      const message = await gated.find(({ method }) => method === 'notifications/message')
      expect(message.params).toMatchObject({ level: expect.any(String), data: expect.any(String) })
      await gated.call('toggle-simulated-logging')
    })

    test('and nowhere else', async () => {
      const wire = await strict.wire('all', { names })
      await wire.request('tools/list')
      await wire.call('toggle-simulated-logging')
      await wire.call('trigger-long-running-operation', { duration: 0.2, steps: 1 })
      expect(wire.received.filter(({ method }) => method === 'notifications/message')).toEqual([])
      expect((await wire.request('logging/setLevel', { level: 'debug' })).error).toMatchObject({ code: -32601 })
      await wire.close()
    })
  })

  /** Answers what a server asks of a client, and says what it was asked. */
  async function answering(wire: Talk, method: string, result: JsonObject, call: () => Promise<JsonObject>) {
    const result$ = call()
    const asked = await wire.find((message: Message) => message.method === method && message.id !== undefined)
    wire.send({ id: asked.id ?? null, result })
    return { asked: asked.params, result: await result$ }
  }

  describe('what a server asks of the client', () => {
    const sampled = { model: 'm', role: 'assistant', content: { type: 'text', text: 'sampled' } }
    const asks = [
      ['sampling/createMessage', sampled, 'trigger-sampling-request', { prompt: 'p', maxTokens: 5 }],
      ['elicitation/create', { action: 'decline' }, 'trigger-elicitation-request', {}],
    ] as const

    test.each(asks)(
      '%s reaches it, and its answer the server, as without a gate',
      async (method, answer, tool, args) => {
        const one = await answering(direct, method, answer, () => direct.call(tool, args))
        const two = await answering(gated, method, answer, () => gated.call(tool, args))
        expect(two).toEqual(one)
      },
    )

    test('each is an action of its own, decided and recorded', () => {
      const asked = front.gateway.actions().filter(({ target }) => target === 'everything')
      expect(asked.map(({ effect, status }) => `${effect} ${status}`)).toEqual(['allow completed', 'allow completed'])
    })

    test.each(asks)(
      '%s is not even offered to a server that the host does not list',
      async (_method, _answer, tool) => {
        const wire = await strict.wire('all', { names, capabilities })
        const { tools } = (await wire.request('tools/list')).result as { tools: { name: string }[] } // reason: what tools/list gives
        expect(tools.map(({ name }) => name)).not.toContain(tool)
        expect(wire.received.filter(({ method, id }) => method !== undefined && id !== undefined)).toEqual([])
        await wire.close()
      },
    )

    test('write controls hold for it: a server that may ask is stopped all the same', async () => {
      const wire = await front.wire('held', { names, capabilities })
      const result = await wire.call('trigger-sampling-request', { prompt: 'p', maxTokens: 5 })
      expect(result.isError).toBe(true)
      expect(wire.received.filter(({ method, id }) => method !== undefined && id !== undefined)).toEqual([])
      await wire.close()
    })
  })

  describe('what an executor may not read', () => {
    let wire: Talk
    beforeAll(async () => {
      wire = await front.wire('some')
      await wire.request('tools/list')
    })
    afterAll(() => wire.close())

    test('is in no list', async () => {
      const { result: prompts } = await wire.request('prompts/list')
      expect((prompts as { prompts: { name: string }[] }).prompts.map(({ name }) => name)).toEqual([
        'everything__simple-prompt',
      ]) // reason: what prompts/list gives
      const { result } = await wire.request('resources/list')
      expect(result).toEqual({ resources: [] })
    })

    test.each([
      ['resources/read', { uri: 'demo://resource/dynamic/blob/1' }],
      ['resources/read', { uri: 'demo://resource/there-is-no-such' }],
      ['resources/read', { uri: 'demo://resource/dynamic/text/../../static/document/features.md' }],
      ['resources/subscribe', { uri: 'demo://resource/dynamic/blob/1' }],
      ['prompts/get', { name: 'everything__args-prompt', arguments: { city: 'Lima' } }],
      ['prompts/get', { name: 'everything__no-such-prompt' }],
      [
        'completion/complete',
        {
          ref: { type: 'ref/prompt', name: 'everything__completable-prompt' },
          argument: { name: 'department', value: '' },
        },
      ],
    ])('%s %j gets one and the same answer, whether it exists or not', async (method, params) => {
      // biome-ignore format: one request a line
      const { error } = await wire.request(method, params)
      expect(error).toEqual({
        code: method.startsWith('resources/') ? -32002 : -32602,
        message:
          'ECP denied this request: there is nothing of this name that you may read. Use only those from the lists.',
        data: {
          'ecp/decision': {
            effect: 'deny',
            outcome: 'denied',
            codes: ['context.resource-not-allowed'],
            actionId: expect.any(String),
          },
        },
      })
    })

    test('and every attempt is on record', () => {
      const denied = front.gateway.actions().filter(({ effect }) => effect === 'deny')
      expect(denied.length).toBeGreaterThanOrEqual(7)
    })
  })

  test('features of which nothing is allowed are not offered', async () => {
    await using bare = await open(() => ({
      servers: { everything: { args: [everything] } },
      policies: { tools: { toolAccess: { default: 'deny', allow: ['everything:echo'] } } },
    }))
    const only = await bare.wire('tools')
    expect(Object.keys((only.received[0]?.result?.capabilities ?? {}) as JsonObject).sort()).toEqual(['tasks', 'tools']) // reason: what MCP says it is
    expect((await only.request('resources/list')).error).toMatchObject({ code: -32601 })
    await only.close()
  })
})
