import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type ChatRequest, toolResults } from './completions.ts'
import { startEndpoint } from './endpoint.ts'
import { installOpenClaw } from './install.ts'
import { readRecording, recordedProvider } from './recording.ts'
import { runOpenClaw } from './run.ts'
import { serveEcp } from './serve.ts'
import { changeOpenclawConfig, type OpenclawFile, type Stage, setStage } from './stage.ts'

const ecpProgram = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ecp.js')
let program: string
beforeAll(async () => {
  program = await installOpenClaw((line) => console.error(line))
})

describe.each<OpenclawFile>(['openclaw.json', 'openclaw.http.json'])('with the settings of %s', (file) => {
  test('a held call: OpenClaw is told that it waits, a person approves, OpenClaw calls again, and it is done once', async () => {
    // Shorter than the minute after which OpenClaw gives a call up.
    const changes = { assistant: 'held.assistant.yaml', config: { gateway: { approvals: { wait: '2s' } } } }
    const stage = setStage(file, changes)
    onTestFinished(() => stage[Symbol.dispose]())
    const note = join(stage.folder, 'public', 'note.txt')
    const seen: { readonly listed: string; readonly note: string; readonly calls: number }[] = []
    let approved = ''
    // Before the model calls again, somebody looks at what waits, and says yes.
    const meanwhile = async (request: ChatRequest) => {
      if (toolResults(request).length !== 1) return
      const listed = await ecp(stage, 'approvals', 'list', '--json')
      seen.push({ listed, note: readFileSync(note, 'utf8'), calls: stage.callsToServer().length })
      const [waiting] = JSON.parse(listed)
      approved = String(waiting.approval)
      await ecp(stage, 'approvals', 'approve', approved, '--note', 'Friday it is')
    }
    const turns = readRecording(join(import.meta.dirname, 'held.recording.yaml'), { folder: stage.folder })
    await using endpoint = await startEndpoint(turns, meanwhile)
    changeOpenclawConfig(stage, { models: { providers: { fake: recordedProvider(endpoint.url) } } })
    await using serving = file === 'openclaw.http.json' ? await serveEcp(stage) : undefined
    const run = await runOpenClaw(program, 'Move the meeting.', stage, serving ? { ECP_TOKEN: serving.token } : {})

    expect(run.exitCode, run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: true, final: 'The note is written.' })
    // While it waited, nothing had happened.
    expect(seen).toEqual([{ listed: expect.any(String), note: 'The meeting is on Tuesday.\n', calls: 0 }])
    const last = endpoint.requests.at(-1)
    const [pending, done] = last ? toolResults(last).map((result) => result.text) : []
    expect(pending).toContain(approved)
    expect(pending).toMatch(/approv/i)
    expect(done).toContain('Successfully wrote')
    expect(readFileSync(note, 'utf8')).toBe('The meeting is on Friday.\n')
    expect(stage.callsToServer()).toEqual([
      { name: 'write_file', arguments: { path: note, content: 'The meeting is on Friday.\n' } },
    ])
    const shown = JSON.parse(await ecp(stage, 'approvals', 'show', approved, '--json'))
    expect(shown).toMatchObject({ state: 'used', target: 'files:write_file', usedBy: expect.any(String) })
  })
})

/** The real `ecp`, as a person on this machine calls it; what it prints. */
async function ecp(stage: Stage, ...args: string[]): Promise<string> {
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: stage.home }
  const called = spawn(process.execPath, [ecpProgram, ...args, '--config', 'ecp.config.yaml'], {
    cwd: stage.settings,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [[status], stdout, stderr] = await Promise.all([
    once(called, 'close'),
    text(called.stdout),
    text(called.stderr),
  ])
  expect(status, stderr).toBe(0)
  return stdout
}
