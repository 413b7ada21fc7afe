import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Message } from '../talk.ts'
import { allow, Door } from './door.ts'
import { callOf, Raw } from './raw.ts'

// A client of 2025-11-25 can be asked something on an event stream only (MCP, basic/transports). One that takes none would be
// waited for until somebody loses patience.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const capabilities = { sampling: {}, elicitation: { form: {} } }
const asking = [
  ['elicitation/create', 'everything__trigger-elicitation-request', {}],
  ['sampling/createMessage', 'everything__trigger-sampling-request', { prompt: 'p', maxTokens: 5 }],
] as const
let door: Door
beforeAll(async () => {
  door = await Door.open(() => ({
    servers: { everything: { args: [everything] } },
    policies: { open: allow('everything:*') },
    security: {
      tools: { allowServers: ['everything'], allowSampling: ['everything'], allowElicitation: ['everything'] },
    },
  }))
}, 60_000)
afterAll(() => door[Symbol.asyncDispose]())

const opened = async (client: string) => {
  const raw = await new Raw(door, 'open', { client }).open(capabilities)
  await raw.ask({ id: 'list', method: 'tools/list' })
  return raw
}

test.each(asking)(
  '%s to a client that takes no event stream fails at once, and says why',
  async (method, name, args) => {
    const deaf = await opened(`deaf to ${method}`)
    const response = await deaf.post(callOf('asked', name, args), { accept: 'application/json' })
    expect(response.headers.get('content-type')).toBe('application/json')
    const answer = (await response.json()) as Message // reason: JSON-RPC over JSON
    // The server hears of it, and its tool's answer is what the client gets: nothing of either waits.
    expect(JSON.stringify(answer)).toContain(`\`${method}\` was asked of a client that takes no event stream`)
    const [asked] = door.gateway.records().flatMap((one) => {
      const isIt = one.kind === 'action.finished' && one.body.outcome.error?.code === 'client.cannot'
      return isIt && one.body.outcome.error?.message.includes(method) ? [one.body.outcome] : []
    })
    expect(asked).toMatchObject({ status: 'failed' })
  },
)

test.each(asking)('%s is heard by the same client on the stream that it listens to', async (method, name, args) => {
  const hearing = await opened(`hearing ${method}`)
  const listening = await hearing.listen()
  const answered = hearing.post(callOf('asked', name, args), { accept: 'application/json' })
  const asked = await listening.find((message) => message.method === method)
  const result =
    method === 'elicitation/create'
      ? { action: 'decline' }
      : { model: 'm', role: 'assistant', content: { type: 'text', text: 'sampled' } }
  await hearing.post({ id: asked.id ?? null, result })
  const answer = (await (await answered).json()) as Message // reason: JSON-RPC over JSON
  expect(answer.result?.isError).not.toBe(true)
  await hearing.fetch('DELETE')
  await listening.rest()
})
