import type { JsonObject } from '@ecp/protocol'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ServerRequest } from '../src/servers/servers.ts'
import { fixtureProgram } from './fixture-program.ts'
import { calling, callTool, failure, pool, wired } from './servers.ts'

// A server that speaks nothing but MCP 2026-07-28.
const program = fixtureProgram('new-server')
const licence = { mayAsk: { sampling: false, elicitation: true, roots: false }, passLogs: false }
const { servers } = pool([wired('new', ['--disable-warning=ExperimentalWarning', program], { licence })])
afterAll(() => servers.close())
const session = { id: 'one', capabilities: { elicitation: { form: {} } } }

describe('a server of revision 2026-07-28', () => {
  test('that takes long to start is spoken to in its own revision all the same', async () => {
    const late = `setTimeout(() => import(${JSON.stringify(program)}), 1_500)`
    const { servers } = pool([wired('late', ['--disable-warning=ExperimentalWarning', '--eval', late])])
    onTestFinished(() => servers.close())
    expect(await servers.about('late', calling())).toMatchObject({ revision: '2026-07-28' })
  })

  test('is spoken to in its own revision', async () => {
    const facts = await servers.about('new', calling())
    expect(facts).toMatchObject({ revision: '2026-07-28', instructions: 'be brief' })
    expect((await servers.tools('new')).map(({ name }) => name)).toEqual(['echo', 'ask', 'fail'])
  })

  test('its results come as they are, without the envelope of the wire', async () => {
    const result = await callTool(servers, 'new', 'echo', { message: 'ä' }, calling())
    expect(result).toEqual({ content: [{ type: 'text', text: 'ä' }], _meta: { 'example.com/kept': true } })
    expect(await callTool(servers, 'new', 'fail', {}, calling())).toMatchObject({ isError: true })
  })

  test('resources are listed, read, and subscribed to', async () => {
    expect(await servers.list('new', 'resources', calling())).toMatchObject([{ uri: 'note://one' }])
    const read = { method: 'resources/read', params: { uri: 'note://one' } }
    expect(await servers.request('new', read, calling())).toMatchObject({ contents: [{ text: 'one' }] })
    await servers.subscribe('new', 'note://one', { ...calling(), session })
    expect(servers.isSubscribed('new', 'note://one', { session })).toBe(true)
    expect(servers.isSubscribed('new', 'note://one', { session: { ...session, id: 'two' } })).toBe(false)
    await servers.unsubscribe('new', 'note://one', { session })
    expect(servers.isSubscribed('new', 'note://one', { session })).toBe(false)
  })

  test('what it asks for goes to whoever made the call, and its answer comes of that', async () => {
    const asked: ServerRequest[] = []
    const ask = async (request: ServerRequest): Promise<JsonObject> => {
      asked.push(request)
      return { action: 'accept', content: { name: 'Ada' } }
    }
    const result = await callTool(servers, 'new', 'ask', {}, { ...calling(), session, ask })
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'hello Ada' }] })
    expect(asked).toMatchObject([{ method: 'elicitation/create', params: { message: 'who are you?' } }])
  })

  test('where nobody can be asked, the call ends with that', async () => {
    const call = callTool(servers, 'new', 'ask', {}, { ...calling(), session })
    expect(await failure(call, 'server.asked-in-vain')).toContain('nobody can be asked')
  })

  test('a client that cannot be asked is not even asked for', async () => {
    const ask = async () => Promise.reject(new TypeError('it was asked'))
    const unable = { ...calling(), session: { id: 'three', capabilities: {} }, ask }
    expect(await failure(callTool(servers, 'new', 'ask', {}, unable), 'server.error')).toContain('capabilit')
  })
})
