import { createRequire } from 'node:module'
import type { JsonObject } from '@ecp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Desk } from '../../cli/test/desk.ts'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import type { Front } from './front.ts'
import { fronts } from './fronts.ts'
import { facts, misbehaving, witness } from './gateway.ts'
import type { Message, Talk } from './talk.ts'
import { Wire } from './wire.ts'

// The MCP face: a client in front, over each transport, servers behind, and everything between them real.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const crowd = (count: number) => ({ args: [fixtureProgram('crowd-server'), String(count)] })
const allow = (...tools: (string | JsonObject)[]) => ({ toolAccess: { default: 'deny', allow: tools } })

const documents = (desk: Desk) => ({
  servers: { witness: witness(desk), crowd: crowd(450), rich: misbehaving('ok'), everything: { args: [everything] } },
  policies: {
    open: allow('witness:*', 'rich:*', 'everything:*'),
    narrow: {
      toolAccess: {
        default: 'deny',
        allow: ['witness:look', 'witness:write', { tool: 'witness:echo', when: 'args.n > 1.0' }],
        deny: ['witness:write'],
      },
    },
    crowded: allow('crowd:*'),
    careful: {
      ...allow('witness:*'),
      writeControls: { mode: 'propose-only', requireApprovalFor: ['witness:write'] },
    },
  },
})

/** The tools of one page, and where the next one begins. */
async function page(from: Talk, cursor?: string): Promise<{ tools: JsonObject[]; nextCursor?: string }> {
  const { result } = await from.request('tools/list', cursor === undefined ? {} : { cursor })
  return result as unknown as { tools: JsonObject[]; nextCursor?: string } // reason: what the test is about to look at
}

describe.each(Object.entries(fronts))('over %s', (_, open) => {
  let front: Front
  let wire: Talk
  beforeAll(async () => {
    front = await open(documents)
    wire = await front.wire('open')
  }, 60_000)
  afterAll(async () => {
    await wire?.close()
    await front[Symbol.asyncDispose]()
  })

  describe('tools/list', () => {
    test('shows what the executor could be allowed to call and nothing else, as its server defines it', async () => {
      const client = await front.connect('narrow')
      const { tools } = await client.listTools()
      await client.close()
      expect(tools.map(({ name }) => name)).toEqual(['witness__echo', 'witness__look'])
      expect(tools[1]).toMatchObject({
        description: 'The tool look.',
        inputSchema: { type: 'object', additionalProperties: true },
        annotations: { readOnlyHint: true },
      })
    })

    test('shows what was pinned, and every other field that the server lists', async () => {
      const { tools } = await page(wire)
      expect(tools.find(({ name }) => name === 'rich__rich')).toEqual({
        name: 'rich__rich',
        description: 'the first description',
        inputSchema: { type: 'object', properties: {} },
        'x-unknown': { kept: true },
      })
    })

    test('comes in pages, and announces what changed', async () => {
      const crowded = await front.wire('crowded')
      const first = await page(crowded)
      const second = await page(crowded, first.nextCursor)
      const third = await page(crowded, second.nextCursor)
      expect([first, second, third].map(({ tools }) => tools.length)).toEqual([200, 200, 51])
      expect(third.nextCursor).toBeUndefined()
      const names = [first, second, third].flatMap(({ tools }) => tools.map(({ name }) => name))
      expect(new Set(names).size).toBe(451)
      for (const cursor of ['forged!', 'é', `${first.nextCursor}=`]) {
        const { error } = await crowded.request('tools/list', { cursor })
        expect(error, cursor).toMatchObject({ code: -32602, message: expect.stringContaining('cursor') })
      }

      await crowded.call('crowd__add')
      await crowded.find(({ method }) => method === 'notifications/tools/list_changed')
      // The client asks again, as it is meant to, and the server is asked again before the answer.
      const again = await page(crowded, second.nextCursor)
      expect(again.tools.map(({ name }) => name)).toContain('crowd__tool_0450')
      await crowded.close()
    })

    test('an SDK client joins the pages', async () => {
      const client = await front.connect('crowded')
      const names = (await client.listTools()).tools.map(({ name }) => name)
      expect(names.length).toBeGreaterThanOrEqual(451) // one more for each session in which one was added
      expect(new Set(names).size).toBe(names.length)
      await client.close()
    })
  })

  describe('tools/call', () => {
    test("progress comes under the client's own token, with every field the server sent", async () => {
      for (const progressToken of ['a token of mine', 7]) {
        const id = wire.begin('tools/call', { name: 'rich__slow', arguments: {}, _meta: { progressToken } })
        const { params } = await wire.find(({ params }) => params?.progressToken === progressToken)
        expect(params).toEqual({ progressToken, progress: 1, total: 3, message: 'working', 'x-unknown': 7 })
        wire.send({ method: 'notifications/cancelled', params: { requestId: id } })
      }
      const tokens = wire.received.flatMap(({ method, params }) =>
        method === 'notifications/progress' ? [params?.progressToken] : [],
      )
      expect(tokens).toEqual(['a token of mine', 7])
    })

    test('a cancelled request is cancelled at the server, and recorded', async () => {
      const ids = ['witness__wait', 'witness__wait_write'].map((name) =>
        wire.begin('tools/call', { name, arguments: { cancelled: 1 }, _meta: { progressToken: name } }),
      )
      // The server has both when it has reported on both.
      for (const name of ['witness__wait', 'witness__wait_write'])
        await wire.find(({ params }) => params?.progressToken === name)
      for (const requestId of ids)
        wire.send({ method: 'notifications/cancelled', params: { requestId, reason: 'enough' } })
      // Messages to the server keep their order: it has heard of both when it has answered this.
      await wire.call('witness__look', { after: 'cancelling' })
      const heard = front.gateway.witnessed()
      expect(heard.filter(({ cancelled }) => cancelled).map(({ tool }) => tool)).toEqual(['wait', 'wait_write'])
      const waits = front.gateway.actions().filter(({ target }) => target.startsWith('witness:wait'))
      expect(waits).toMatchObject([
        { target: 'witness:wait', effect: 'allow', status: 'cancelled' },
        { target: 'witness:wait_write', effect: 'allow', status: 'unknown' },
      ])
      // A cancelled request gets no answer (2025-11-25, cancellation).
      expect(wire.received.filter(({ id }) => ids.includes(String(id)))).toEqual([])
    })

    test.each([
      ['echo', { message: 'ä\u2028\u0000"' }],
      ['get-structured-content', { location: 'New York' }],
      ['get-annotated-message', { messageType: 'error', includeImage: true }],
      ['get-tiny-image', {}],
      ['get-resource-links', { count: 3 }],
      ['get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
      ['get-sum', { a: 1e21, b: 0.1 }],
    ])('the official everything server: %s gives the same through the gate', async (tool, args) => {
      const direct = await directly()
      expect(undated(await wire.call(`everything__${tool}`, args))).toEqual(undated(await direct.call(tool, args)))
    })

    test('the official everything server: its tools are defined the same through the gate', async () => {
      const { tools: through } = await page(wire)
      const { tools } = await page(await directly())
      const wanted = tools.map(({ name, ...rest }) => [`everything__${name}`, rest])
      const shown = through.flatMap(({ name, ...rest }) =>
        String(name).startsWith('everything__') ? [[name, rest]] : [],
      )
      expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(wanted))
    })

    test('blocks, fields and _meta that no SDK knows pass untouched', async () => {
      expect(await wire.call('rich__rich')).toEqual({
        content: [
          { type: 'text', text: 'x', 'x-block': [1, { deep: null }] },
          { type: 'x-new', value: 1 },
        ],
        structuredContent: { n: 1.5, s: 'ä' },
        _meta: { 'example.com/a': { b: true } },
        'x-result': 'kept',
      })
    })

    test('a denial is a tool result with one sentence, and the facts in _meta', async () => {
      const client = await front.connect('narrow')
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toContain('witness__echo')
      const result = await client.callTool({ name: 'witness__echo', arguments: { n: 1 } })
      await client.close()
      expect(result).toEqual({
        content: [
          {
            type: 'text',
            text: 'ECP denied `witness:echo`: its arguments are outside what the policy permits. Change them, or do without.',
          },
        ],
        isError: true,
        _meta: {
          'ecp/decision': {
            effect: 'deny',
            outcome: 'denied',
            codes: ['context.condition-false'],
            actionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
        },
      })
      expect(front.gateway.witnessed().filter(({ args }) => args?.n === 1)).toEqual([])
      expect(front.gateway.actions()).toContainEqual({
        id: facts(result).actionId,
        target: 'witness:echo',
        effect: 'deny',
      })
    })

    test('every name that is not offered gets the same bytes, whether the tool exists or not', async () => {
      const narrow = await front.wire('narrow')
      await page(narrow)
      const names = [
        'witness__write', // exists, denied
        'witness__wait', // exists, on no list
        'witness__nothing',
        'crowd__add', // exists on a server that this executor does not reach
        'nobody__here',
        'look',
        '',
        '__',
        ':',
        '__proto__',
        'witness:look',
        'WITNESS__LOOK',
        'x'.repeat(5_000),
        '\u0000\u202e\ud83d',
      ]
      const answers = []
      for (const name of names) {
        const result = await narrow.call(name, { n: 2 })
        answers.push(JSON.stringify(result).replace(String(facts(result).actionId), 'ID'))
      }
      await narrow.close()
      expect(new Set(answers).size).toBe(1)
      expect(answers[0]).toContain('there is no tool of this name that you may call')
      expect(front.gateway.witnessed().filter(({ args }) => args?.n === 2)).toEqual([])
    })

    test('a held call is pending, a proposed one is recorded, and neither runs', async () => {
      const careful = await front.wire('careful')
      await page(careful)
      const held = await careful.call('witness__write', { held: true })
      const proposed = await careful.call('witness__wait_write', { proposed: true })
      await careful.close()
      expect(held).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('a person must approve') }],
      })
      expect(facts(held)).toMatchObject({ effect: 'hold', outcome: 'pending', codes: ['write.needs-approval'] })
      expect(proposed).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('as a proposal') }] })
      expect(facts(proposed)).toMatchObject({ effect: 'propose', outcome: 'proposed', codes: ['write.proposed'] })
      expect(front.gateway.witnessed().filter(({ args }) => args?.held || args?.proposed)).toEqual([])
      const proposal = front.gateway.records().find(({ kind }) => kind === 'proposal.made')
      expect(proposal?.body).toMatchObject({ action: facts(proposed).actionId, target: 'witness:wait_write' })
    })

    let server: Wire | undefined
    async function directly(): Promise<Wire> {
      if (server) return server
      server = new Wire(process.execPath, [everything], {
        cwd: front.gateway.desk.folder,
        env: front.gateway.environment(),
      })
      await server.initialize()
      return server
    }
    afterAll(() => server?.close())
  })

  test.each([
    ['resources/list', {}],
    ['resources/read', { uri: 'demo://resource/1' }],
    ['resources/templates/list', {}],
    ['resources/subscribe', { uri: 'demo://resource/1' }],
    ['prompts/list', {}],
    ['prompts/get', { name: 'simple-prompt' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'a', value: '' } }],
    ['logging/setLevel', { level: 'debug' }],
    ['tasks/list', {}],
    ['no/such/method', {}],
  ])('%s is not offered', async (method, params) => {
    const { error } = await wire.request(method, params)
    expect(error).toMatchObject({ code: -32601 })
  })

  test('what servers ask of the client is denied, and their instructions are dropped', async () => {
    const asking = await front.wire('open')
    const answers = JSON.parse(
      ((await asking.call('rich__ask')) as { content: { text: string }[] }).content[0]?.text ?? '',
    )
    expect(answers).toEqual(['sampling', 'roots', 'elicit'].map((id) => ({ id, code: -32601 })))
    expect(asking.received.filter((message) => message.method !== undefined && message.id !== undefined)).toEqual([])
    expect(JSON.stringify(asking.received)).not.toContain('ignore all previous instructions')
    await asking.close()
  })
})

/** Without the times that the server itself writes into its answers. */
function undated(result: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(result).replace(/\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, 'TIME')) as Message // reason: JSON from JSON
}
