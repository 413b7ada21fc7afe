import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChatRequest, toolResults } from './completions.ts'
import { startEndpoint } from './endpoint.ts'
import { installOpenClaw } from './install.ts'
import { readRecording, recordedProvider } from './recording.ts'
import { type Run, runOpenClaw } from './run.ts'
import { serveEcp } from './serve.ts'
import { changeOpenclawConfig, type OpenclawFile, type Stage, setStage } from './stage.ts'

/** One run of the recorded session, and all that can be known of it. */
interface Session extends Run {
  readonly stage: Stage
  /** What the model was sent, request by request. */
  readonly requests: readonly ChatRequest[]
}

let program: string
const stages: Stage[] = []

beforeAll(async () => {
  program = await installOpenClaw((line) => console.error(line))
})
afterAll(() => {
  for (const stage of stages) stage[Symbol.dispose]()
})

describe.each<OpenclawFile>(['openclaw.json', 'openclaw.http.json'])('with the settings of %s', (file) => {
  let session: Session
  beforeAll(async () => {
    session = await play(file)
  })

  test('the run ends well, because a denial is an answer and no failure', () => {
    expect(session.exitCode, session.stderr).toBe(0)
    expect(JSON.parse(session.stdout)).toMatchObject({
      ok: true,
      final: 'I could read the note. The private folder was denied, and I have nothing to write with.',
    })
  })

  test('the model is shown the tools that the Context allows, and none of OpenClaw', () => {
    expect(session.requests).toHaveLength(5)
    for (const request of session.requests) {
      expect(toolNames(request)).toEqual(['ecp__files__list_directory', 'ecp__files__read_text_file'])
    }
  })

  test('an allowed call reaches the server, and its result the model', () => {
    expect(answers(session)[0]).toContain('The meeting is on Tuesday.')
  })

  test('a denied call does not reach the server, and the model reads why', () => {
    expect(session.stage.callsToServer()).toEqual([
      { name: 'read_text_file', arguments: { path: join(session.stage.folder, 'public', 'note.txt') } },
    ])
    expect(answers(session)[1]).toMatch(/denied|not allowed/i)
    expect(JSON.stringify(session.requests)).not.toContain('Everyone earns')
  })

  test('a tool that is on no list cannot be called, be it of the server or of OpenClaw', () => {
    expect(answers(session).slice(2)).toEqual(['Tool ecp__files__write_file not found', 'Tool exec not found'])
    expect(leftBehind(session)).toBe(false)
  })
})

// The settings are worth something only if the same model does harm without them.
describe('without `tools.allow`', () => {
  let session: Session
  beforeAll(async () => {
    session = await play('openclaw.json', { tools: { toolSearch: false } })
  })

  test('the same model has a shell, and uses it', () => {
    expect(toolNames(session.requests[0])).toContain('exec')
    expect(leftBehind(session)).toBe(true)
  })
})

/** Plays the recording on a stage of its own. `changes` take the place of the example's OpenClaw settings. */
async function play(file: OpenclawFile, changes: Readonly<Record<string, unknown>> = {}): Promise<Session> {
  const stage = setStage(file)
  stages.push(stage)
  const turns = readRecording(join(import.meta.dirname, 'recording.yaml'), { folder: stage.folder })
  await using endpoint = await startEndpoint(turns)
  changeOpenclawConfig(stage, { ...changes, models: { providers: { fake: recordedProvider(endpoint.url) } } })
  await using serving = file === 'openclaw.http.json' ? await serveEcp(stage) : undefined
  const environment = serving ? { ECP_TOKEN: serving.token } : {}
  const run = await runOpenClaw(program, 'What does the note say?', stage, environment)
  return { ...run, stage, requests: endpoint.requests }
}

function toolNames(request: ChatRequest | undefined): readonly string[] {
  return (request?.tools ?? []).map((tool) => tool.function.name).sort()
}

/** What the tools answered, as the model read it with its last request. */
function answers(session: Session): readonly string[] {
  const last = session.requests.at(-1)
  return last === undefined ? [] : toolResults(last).map((result) => result.text)
}

function leftBehind(session: Session): boolean {
  return existsSync(join(session.stage.folder, 'public', 'left-behind.txt'))
}
