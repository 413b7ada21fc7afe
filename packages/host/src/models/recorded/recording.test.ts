import { parseRecording, type Recording } from '@ecp/protocol'
import { expect, test } from 'vitest'
import type { ModelReply, ModelTurn } from '../turn.ts'
import { playRecording } from './play.ts'
import { recordModels } from './record.ts'

const signal = new AbortController().signal
const first: ModelTurn = {
  instructions: 'Be brief.',
  messages: [{ role: 'user', text: 'What is in the note?' }],
  tools: [{ name: 'fs:read', inputSchema: { type: 'object' } }],
  maxOutputTokens: 100,
  estimatedPromptTokens: 50,
}
const second: ModelTurn = {
  ...first,
  messages: [
    ...first.messages,
    { role: 'assistant', calls: [{ id: 'call_xyz', tool: 'fs:read', arguments: { path: 'a' } }] },
    { role: 'tool', results: [{ id: 'call_xyz', tool: 'fs:read', text: 'hello\nworld' }] },
  ],
}
const replies: readonly ModelReply[] = [
  {
    text: '',
    calls: [{ id: 'call_xyz', tool: 'fs:read', arguments: { path: 'a' } }],
    finish: 'tool-calls',
    tokens: { prompt: 12, completion: 3 },
  },
  { text: 'It says hello.', calls: [], finish: 'stop', tokens: { prompt: 20, completion: 5 } },
]

async function recordedText(): Promise<string> {
  let next = 0
  const provider = {
    generate: async () => replies[next++] ?? Promise.reject(new TypeError('no more')),
    check: async () => {},
    close: async () => {},
  }
  const { models, text } = recordModels(provider)
  for (const turn of [first, second]) await models.generate('local/m', turn, { executor: 'agent', signal })
  return text()
}

function parsed(text: string): Recording {
  const { document, diagnostics } = parseRecording(text, 'turns.yaml')
  if (!document) throw new TypeError(diagnostics.map(({ message }) => message).join())
  return document.value
}

test('what was recorded is played again, whatever ids the calls have now, and a person can read it', async () => {
  const text = await recordedText()
  expect(text).toContain('What is in the note?')
  expect(text).toContain('It says hello.')
  const models = playRecording(parsed(text), 'turns.yaml')
  const asked = await models.generate('local/m', first, { executor: 'agent', signal })
  expect(asked.calls).toMatchObject([{ tool: 'fs:read', arguments: { path: 'a' } }])
  const id = asked.calls[0]?.id ?? ''
  const again: ModelTurn = {
    ...second,
    messages: [
      ...first.messages,
      { role: 'assistant', calls: [{ id, tool: 'fs:read', arguments: { path: 'a' } }] },
      { role: 'tool', results: [{ id, tool: 'fs:read', text: 'hello\nworld' }] },
    ],
  }
  expect(await models.generate('local/m', again, { executor: 'agent', signal })).toEqual(replies[1])
})

test.each<[string, ModelTurn, string, string]>([
  [
    'other words',
    { ...first, messages: [{ role: 'user', text: 'Delete it' }] },
    'agent',
    'turn 1: the last message is another',
  ],
  [
    'other instructions',
    { ...first, instructions: 'Be long.' },
    'agent',
    'turn 1: something else of the turn is another',
  ],
  ['other tools', { ...first, tools: [] }, 'agent', 'turn 1: something else of the turn is another'],
  ['another executor', first, 'writer', 'it holds no turn of `writer`'],
])('a turn with %s is not in the recording, and the error says what differs', async (_, turn, executor, words) => {
  const models = playRecording(parsed(await recordedText()), 'turns.yaml')
  const refused = models.generate('local/m', turn, { executor, signal })
  await expect(refused).rejects.toMatchObject({ code: 'model.not-recorded', message: expect.stringContaining(words) })
})

test('a turn is given once, and turns are found by content, not by their order', async () => {
  const models = playRecording(parsed(await recordedText()), 'turns.yaml')
  expect((await models.generate('local/m', second, { executor: 'agent', signal })).text).toBe('It says hello.')
  expect((await models.generate('local/m', first, { executor: 'agent', signal })).calls).toHaveLength(1)
  const third = models.generate('local/m', first, { executor: 'agent', signal })
  await expect(third).rejects.toThrow('turn 1: it was given already')
})

test('a recording by hand says only what matters', async () => {
  const text = `recording: ecp/v0.5
turns:
  - executor: agent
    asked: { results: [{ tool: "fs:read", text: { has: [hello] } }] }
    says: It greets.
  - executor: agent
    asked: { user: { has: [note] } }
    calls: [{ tool: "fs:read", badArguments: "{" }, { tool: "fs:delete", arguments: {} }]
`
  const models = playRecording(parsed(text), 'turns.yaml')
  const { calls } = await models.generate('any/model', first, { executor: 'agent', signal })
  expect(calls).toMatchObject([
    { arguments: null, fault: expect.any(String) },
    { tool: 'fs:delete', fault: expect.any(String) },
  ])
  expect((await models.generate('any/model', second, { executor: 'agent', signal })).text).toBe('It greets.')
})

test('what is wrong with a recording is said with its place', () => {
  const { diagnostics } = parseRecording(
    'recording: ecp/v0.5\nturns:\n  - executor: agent\n    asked: {}\n    say: x\n',
    't.yaml',
  )
  expect(diagnostics.map(({ message, range }) => [message, range.line])).toMatchObject([
    [expect.stringContaining('`asked` does not say'), 4],
    [expect.stringContaining('`say`'), 5],
  ])
})
