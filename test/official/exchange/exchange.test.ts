import type { Json, JsonObject } from '@ecp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { credentials, Door } from '../../../packages/server/test/http/door.ts'
import { type Difference, differences } from './differences.ts'
import { everything } from './everything.ts'
import { type OpenLine, overHttp, overPipes } from './line.ts'
import { permitted } from './permitted.ts'
import { script } from './script.ts'
import { type Heard, record, type Transcript } from './transcript.ts'

// Every method of the official everything server, asked directly and through the Gate, over each transport, by clients that say the
// same, compared message by message, unknown fields and `_meta` included.
const documents = () => ({
  servers: { everything: { args: [everything], wiring: { passInstructions: true, passLogs: true, passRoots: true } } },
  policies: {
    all: {
      toolAccess: { default: 'deny', allow: ['everything:*'] },
      resourceAccess: { allow: ['everything:demo://**'], prompts: ['everything:*'] },
    },
  },
  security: {
    tools: { allowServers: ['everything'], allowSampling: ['everything'], allowElicitation: ['everything'] },
  },
})
let door: Door
let direct: Transcript
const gated = new Map<string, Transcript>()
beforeAll(async () => {
  door = await Door.open(documents)
  const { gateway } = door
  const place = { cwd: gateway.desk.folder, env: gateway.environment() }
  const visitor = { client: 'over HTTP', names: 'plain' } as const
  const over: readonly (readonly [string, OpenLine])[] = [
    ['stdio', overPipes(gateway.args('all', '--names', 'plain'), place)],
    ['HTTP', overHttp(door.url, credentials('all', visitor))],
  ]
  const recording = over.map(async ([name, line]) => void gated.set(name, await record(script, line)))
  ;[direct] = await Promise.all([record(script, overPipes([everything], place)), ...recording])
})
afterAll(() => door[Symbol.asyncDispose]())

describe.each(['stdio', 'HTTP'])('over %s', (way) => {
  test.each(script.map(({ name }) => name))('%s', (name) => {
    const found = differences(compared(direct.get(name)), compared(gated.get(way)?.get(name)))
    const expected = permitted.differences.filter(({ step }) => step === name)
    const places = (all: readonly { readonly at: string }[]) => all.map(({ at }) => at).sort()
    expect(places(found)).toEqual(places(expected))
    for (const { step: _, reason: __, ...one } of expected) {
      expect(found).toContainEqual(expect.objectContaining<Partial<Difference>>(one))
    }
  })
})

test('each difference that is permitted is one of a step, and says why', () => {
  for (const { step, reason } of permitted.differences) {
    expect(script.map(({ name }) => name)).toContain(step)
    expect(reason).toMatch(/\w+ \w+/)
  }
})

/** As the table says: without what is not recorded, lists in the order of their names. */
function compared(heard: Heard = {}): JsonObject {
  const unrecorded = permitted.unrecorded.map(({ method }) => method)
  return Object.fromEntries(
    Object.entries(heard)
      .filter(([method]) => !unrecorded.includes(method))
      .map(([method, messages]) => [method, messages.map(sorted)]),
  )
}

function sorted(message: JsonObject): JsonObject {
  const result = message.result as JsonObject | undefined // reason: MCP's results are objects
  const lists = permitted.sorted.flatMap(({ list, by }) => {
    const items = result?.[list]
    if (!Array.isArray(items)) return []
    const name = (item: Json) => String((item as JsonObject)[by]) // reason: what such a list holds
    return [[list, items.toSorted((one, two) => (name(one) < name(two) ? -1 : 1))] as const]
  })
  return lists.length === 0 ? message : { ...message, result: { ...result, ...Object.fromEntries(lists) } }
}
