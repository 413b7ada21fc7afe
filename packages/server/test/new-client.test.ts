import { createRequire } from 'node:module'
import { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import type { Front } from './front.ts'
import { fronts } from './fronts.ts'

// A client that speaks nothing but MCP 2026-07-28, over each transport, in front of servers of either revision.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const newServer = fixtureProgram('new-server')
const documents = () => ({
  servers: { old: { args: [everything] }, new: { args: [newServer] } },
  policies: {
    agent: {
      toolAccess: { default: 'deny', allow: ['old:*', 'new:*'] },
      resourceAccess: { allow: ['new:note://**'] },
    },
  },
  security: { tools: { allowServers: ['old', 'new'], allowElicitation: ['old', 'new'] } },
})

describe.each(Object.entries(fronts))('over %s', (_, open) => {
  let front: Front
  const client = new Client(
    { name: 'new client', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  const asked: string[] = []

  beforeAll(async () => {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message)
      return { action: 'accept', content: { name: 'Ada' } }
    })
    front = await open(documents)
    await front.connect('agent', {}, client)
  }, 60_000)
  afterAll(async () => {
    await client.close()
    await front[Symbol.asyncDispose]()
  })

  test('it is spoken to in its revision, and sees the tools of both servers', async () => {
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['old__echo', 'new__echo', 'new__ask']))
  })

  test.each(['old__echo', 'new__echo'])('%s answers, decided and recorded', async (name) => {
    const { content } = await client.callTool({ name, arguments: { message: 'ä' } })
    expect(content).toMatchObject([{ type: 'text', text: expect.stringContaining('ä') }])
  })

  test.each([
    ['new__ask', 'who are you?'],
    ['old__trigger-elicitation-request', ''],
  ])(
    'what %s asks for comes as input_required; the call goes on with the answer, decided once',
    async (name, message) => {
      const before = front.gateway.actions().filter(({ target }) => target === name.replace('__', ':')).length
      const result = await client.callTool({ name, arguments: {} })
      expect(result.isError, JSON.stringify(result)).not.toBe(true)
      expect(JSON.stringify(result.content)).toContain('Ada')
      expect(asked.at(-1)).toContain(message)
      const actions = front.gateway.actions().filter(({ target }) => target === name.replace('__', ':'))
      expect(actions).toHaveLength(before + 1)
    },
  )

  test('a resource that it may read, and one that it may not', async () => {
    expect((await client.readResource({ uri: 'note://one' })).contents).toMatchObject([{ text: 'one' }])
    await expect(client.readResource({ uri: 'other://one' })).rejects.toMatchObject({ code: -32602 })
  })
})
