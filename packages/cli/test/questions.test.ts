import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { configYaml, type Desk, openDesk } from './desk.ts'
import { hasTerminal, keys, playTerminal } from './played-terminal.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

/** A Context that asks a person, and writes what they say into a file, which is held. */
function openQuestions(): Desk & { readonly file: string } {
  const desk = openDesk()
  onTestFinished(() => desk[Symbol.dispose]())
  const data = join(desk.folder, 'data')
  mkdirSync(data)
  const file = join(data, 'word.txt')
  desk.write('ecp.config.yaml', configYaml('files', process.execPath, [filesystem, data]))
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: asking, version: 1.0.0 }
schemas:
  Word: { type: object, required: [go, why], properties: { go: { type: boolean }, why: { type: string } } }
orchestration: { entrypoint: review, strategy: sequential }
executors:
  - { name: review, type: human, ask: { title: "Shall it go out?" }, outputSchemaRef: "#/schemas/Word" }
  - name: keep
    type: tool
    tool: { call: "files:write_file", args: { path: ${file}, content: "\${outputs.review.why}" } }
    policies:
      toolAccess: { default: deny, allow: ["files:write_file"] }
      writeControls: { mode: execute-if-allowed, requireApprovalFor: ["files:write_file"] }
`,
  )
  return { ...desk, file, [Symbol.dispose]: () => desk[Symbol.dispose]() }
}

const config = ['--config', 'ecp.config.yaml']

test('without a terminal a question ends the run with exit code 4, and is answered with a value that fits', () => {
  const { ecp, write } = openQuestions()
  const ran = ecp('run', 'context.yaml', ...config)
  expect(ran.status).toBe(4)
  const id = /`ecp approvals answer ([0-9a-f-]{36})` answers/.exec(ran.stderr)?.[1] ?? ''
  expect(ran.stderr).toMatch(/`review` asks a person: .*\n.*`ecp resume [0-9a-f-]{36}` goes on/)
  expect(ecp('approvals', 'list', ...config).stdout).toContain('review: Shall it go out?')
  const shown = ecp('approvals', 'show', id, ...config).stdout
  expect(shown).toMatch(/question .*pending/)
  expect(shown).toMatch(/Shall it go out\?\n\nthe answer\nJSON that fits \{/)

  const answer = (...more: string[]) => ecp('approvals', 'answer', id, ...more, ...config)
  expect(answer('--value', 'yes')).toMatchObject({ status: 2, stderr: expect.stringContaining('`--value` is no JSON') })
  const wrong = answer('--value', '{"go": "yes"}')
  expect(wrong).toMatchObject({
    status: 3,
    stdout: '',
    stderr: expect.stringContaining('does not answer the question'),
  })
  const approved = ecp('approvals', 'approve', id, ...config)
  expect(approved).toMatchObject({ status: 2, stderr: expect.stringContaining('`ecp approvals answer` answers it') })
  write('answer.json', '{"go": true, "why": "it is good"}')
  const answered = answer('--value-file', 'answer.json', '--note', 'read twice')
  expect(answered.stderr).toContain('no approvers are configured')
  expect(answered).toMatchObject({ status: 0, stdout: expect.stringMatching(/^answered by .*`ecp resume /) })
  const [one] = JSON.parse(ecp('approvals', 'list', '--json', ...config).stdout)
  expect(one).toMatchObject({
    kind: 'question',
    state: 'approved',
    answers: [{ value: { go: true, why: 'it is good' }, worth: 'counts', note: 'read twice' }],
  })
})

test.skipIf(!hasTerminal)('on a terminal the run asks, for an answer and for approval, and goes on', async () => {
  const desk = openQuestions()
  const terminal = playTerminal(desk, ['run', 'context.yaml', ...config])
  await terminal.sees('Shall it go out?')
  await terminal.sees('answer')
  await terminal.sees('to navigate')
  terminal.type(keys.enter)
  await terminal.sees('go')
  await terminal.sees('to navigate')
  terminal.type(keys.enter)
  await terminal.sees('why')
  terminal.type(`it is good${keys.enter}`)
  await terminal.sees('answered by')
  await terminal.sees('+ it is good')
  await terminal.sees('to navigate')
  terminal.type(`${keys.down}${keys.enter}`)
  await terminal.sees('approved by')
  expect(await terminal.ended()).toBe(0)
  expect(readFileSync(desk.file, 'utf8')).toBe('it is good')
})

test.skipIf(!hasTerminal)('who says later, or Ctrl-C, ends the run: it waits, or it is cancelled', async () => {
  const desk = openQuestions()
  const later = playTerminal(desk, ['run', 'context.yaml', ...config])
  await later.sees('to navigate')
  later.type(`${keys.down}${keys.enter}`)
  await later.sees('`ecp resume ')
  expect(await later.ended()).toBe(4)
  const cancelled = playTerminal(desk, ['run', 'context.yaml', ...config])
  await cancelled.sees('to navigate')
  cancelled.type(keys.ctrlC)
  expect(await cancelled.ended()).toBe(130)
  const unasked = playTerminal(desk, ['run', 'context.yaml', '--no-ask', ...config])
  expect(await unasked.ended()).toBe(4)
  expect(unasked.shown()).not.toContain('to navigate')
})
