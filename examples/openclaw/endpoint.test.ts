import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startEndpoint } from './endpoint.ts'
import { readRecording } from './recording.ts'

const recording = join(import.meta.dirname, 'recording.yaml')
const turns = readRecording(recording, { folder: '/folder' })
const asked = { role: 'user', content: 'What does the note say?' }
const called = (id: string, name: string) => ({
  role: 'assistant',
  tool_calls: [{ id, function: { name, arguments: '{}' } }],
})
const answered = (id: string) => ({ role: 'tool', tool_call_id: id, content: [{ type: 'text', text: 'done' }] })

test('plays the same turn at once and as a stream', async () => {
  await using endpoint = await startEndpoint(turns)
  const whole = await post(endpoint.url, { messages: [asked] })
  expect(await whole.json()).toMatchObject({
    choices: [
      {
        message: { content: 'I read the note.', tool_calls: [{ function: call('note.txt') }] },
        finish_reason: 'tool_calls',
      },
    ],
  })
  const events = (await (await post(endpoint.url, { messages: [asked], stream: true })).text()).trim().split('\n\n')
  expect(events.pop()).toBe('data: [DONE]')
  expect(events.map((event) => JSON.parse(event.slice('data: '.length)))).toMatchObject([
    { choices: [{ delta: { content: 'I read the note.' }, finish_reason: null }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: call('note.txt') }] }, finish_reason: null }] },
    { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
  ])
})

test('chooses the turn by the tools that have answered, whatever the ids are', async () => {
  await using endpoint = await startEndpoint(turns)
  const messages = [asked, called('x1', 'ecp__files__read_text_file'), answered('x1')]
  const second = await post(endpoint.url, { messages })
  expect(await second.json()).toMatchObject({
    choices: [{ message: { content: 'Next to it there is a private folder.' } }],
  })
  expect(endpoint.requests).toHaveLength(1)
})

test('refuses, and says why, when the conversation has left the recording', async () => {
  await using endpoint = await startEndpoint(turns)
  const lost = await post(endpoint.url, { messages: [asked, called('x1', 'exec'), answered('x1')] })
  expect(lost.status).toBe(400)
  expect(await lost.json()).toMatchObject({ error: { message: 'the recording has no turn after [exec]' } })
})

test('a recording wants a value for each of its names', () => {
  expect(() => readRecording(recording, {})).toThrow('`folder`')
})

function post(url: string, body: object): Promise<Response> {
  return fetch(`${url}/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'fake-1', ...body }) })
}

function call(file: string) {
  return { name: 'ecp__files__read_text_file', arguments: JSON.stringify({ path: `/folder/public/${file}` }) }
}
