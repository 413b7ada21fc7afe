import { createRequire } from 'node:module'
import { Client } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixtureProgram } from '../../../host/test/fixture-program.ts'
import { modern, streamable, type Tooling } from '../../../host/test/mcp-over-http.ts'
import { misbehaving, type Wired, witness } from '../gateway.ts'
import { allow, credentials, Door } from './door.ts'

// SDK clients of both revisions, and of the SDK's version before, in front of servers of either revision, on pipes and over
// HTTP: each is served in its own words.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const newServer = fixtureProgram('new-server')
const tooling: Tooling = {
  async call(name, args, { signal, progress }) {
    if (name !== 'slow') return JSON.stringify(args)
    await progress(1)
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  },
}
const overHttp = (url: string): Wired => ({
  args: [],
  wiring: { transport: { type: 'http', url }, tools: { slow: { effect: 'read' } } },
})

let door: Door
let remote: AsyncDisposable[]
beforeAll(async () => {
  const [older, newer] = await Promise.all([streamable(tooling), modern(tooling)])
  remote = [older, newer]
  const servers = ['old', 'new', 'http-old', 'http-new', 'witness', 'rich']
  door = await Door.open((desk) => ({
    servers: {
      old: { args: [everything] },
      new: { args: [newServer] },
      'http-old': overHttp(`${older.url}/mcp`),
      'http-new': overHttp(`${newer.url}/mcp`),
      witness: witness(desk),
      rich: misbehaving('ok'),
    },
    policies: {
      agent: {
        ...allow(...servers.map((name) => `${name}:*`)),
        resourceAccess: { allow: ['old:demo://**', 'new:note://**'] },
      },
    },
    security: { tools: { allowServers: servers, allowSampling: ['old'], allowElicitation: ['old', 'new'] } },
  }))
}, 60_000)
afterAll(async () => {
  await door[Symbol.asyncDispose]()
  for (const one of remote) await one[Symbol.asyncDispose]()
})

const capabilities = { sampling: {}, elicitation: { form: {} } }
const sampled = { model: 'm', role: 'assistant', content: { type: 'text', text: 'sampled' } } as const
const accepted = { action: 'accept', content: { name: 'Ada' } } as const

interface Subject {
  readonly name: string
  callTool: Client['callTool']
  readResource: Client['readResource']
  listTools: Client['listTools']
  close(): Promise<void>
}

function open2(name: string, mode: 'legacy' | { pin: string }): Promise<Subject> {
  const client = new Client({ name, version: '1.0.0' }, { capabilities, versionNegotiation: { mode } })
  client.setRequestHandler('sampling/createMessage', async () => sampled)
  client.setRequestHandler('elicitation/create', async () => accepted)
  return door.connect('agent', { client: name }, client).then(() => Object.assign(client, { name }))
}

async function open1(name: string): Promise<Subject> {
  const client = new ClientV1({ name, version: '1.0.0' }, { capabilities })
  client.setRequestHandler(CreateMessageRequestSchema, async () => sampled)
  client.setRequestHandler(ElicitRequestSchema, async () => accepted)
  const requestInit = { headers: credentials('agent', { client: name }) }
  await client.connect(new TransportV1(new URL(door.url), { requestInit }) as never) // reason: its optional properties are typed less exactly than ours
  const subject = client as unknown as Subject // reason: the methods that the tests use are the same
  const callTool: Subject['callTool'] = (params, options) =>
    client.callTool(params, undefined, options as never) as never // reason: the options that the tests use are the same
  return {
    name,
    callTool,
    readResource: (params) => subject.readResource(params),
    listTools: () => subject.listTools(),
    close: () => client.close(),
  }
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  'of 2025-11-25': () => open2('older', 'legacy'),
  'of 2026-07-28': () => open2('newer', { pin: '2026-07-28' }),
  'of the SDK’s version 1': () => open1('v1'),
}

describe.each(Object.entries(subjects))('a client %s', (_, open) => {
  let client: Subject
  beforeAll(async () => {
    client = await open()
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['old__echo', 'new__echo', 'http-old__echo', 'http-new__echo']))
  }, 60_000)
  afterAll(() => client.close())

  test.each(['old__echo', 'new__echo', 'http-old__echo', 'http-new__echo'])('%s answers', async (name) => {
    const { content } = await client.callTool({ name, arguments: { message: 'ä' } })
    expect(content).toMatchObject([{ type: 'text', text: expect.stringContaining('ä') }])
  })

  test.each(['old__trigger-elicitation-request', 'new__ask'])(
    '%s asks it, and goes on with its answer',
    async (name) => {
      const result = await client.callTool({ name, arguments: {} })
      expect(result.isError, JSON.stringify(result)).not.toBe(true)
      expect(JSON.stringify(result.content)).toContain('Ada')
    },
  )

  test('a server asks it for a sample', async () => {
    const result = await client.callTool({
      name: 'old__trigger-sampling-request',
      arguments: { prompt: 'p', maxTokens: 5 },
    })
    expect(JSON.stringify(result.content)).toContain('sampled')
  })

  test.each(['witness__wait', 'http-old__slow', 'http-new__slow'])(
    '%s tells of its progress, and is cancelled at its server and on record',
    async (name) => {
      const abort = new AbortController()
      const args = { of: client.name }
      const calling = client.callTool(
        { name, arguments: args },
        { signal: abort.signal, onprogress: () => abort.abort() },
      )
      await expect(calling).rejects.toThrow()
      const target = name.replace('__', ':')
      const outcome = () => {
        const records = door.gateway.records()
        const own = records.flatMap((one) =>
          one.kind === 'action.decided' &&
          (one.body.action.arguments as { of?: string }).of === client.name &&
          one.body.action.target === target // reason: what is sent above
            ? [one.body.action.id]
            : [],
        )
        return records.flatMap((one) =>
          one.kind === 'action.finished' && own.includes(one.body.action) ? [one.body.outcome.status] : [],
        )
      }
      await expect.poll(outcome, { timeout: 5_000 }).toEqual(['cancelled'])
    },
  )

  test('resources of either', async () => {
    expect((await client.readResource({ uri: 'note://one' })).contents).toMatchObject([{ text: 'one' }])
    expect((await client.readResource({ uri: 'demo://resource/dynamic/text/1' })).contents).toHaveLength(1)
  })
})

test('a client of 2026-07-28 hears of what it listens to', async () => {
  const client = new Client({ name: 'l', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler('notifications/tools/list_changed', () => resolve())
  })
  await door.connect('agent', { client: 'listener' }, client)
  await client.listTools()
  const listening = await client.listen({ toolsListChanged: true })
  await client.callTool({ name: 'rich__change', arguments: {} })
  await changed
  await listening.close()
  await client.close()
})
