import { renameSync } from 'node:fs'
import { dynamicTool, generateText, isStepCount, streamText, type ToolSet, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { governTools, type HostOptions } from '../src/index.ts'
import { boundary, faultsOf, recordsOf } from './boundary.ts'

const wiring = `    desk:
      transport: { type: external }
      tools:
        add: { effect: read, inputSchema: { type: object, properties: { a: { type: number }, b: { type: number } } } }
        count: { effect: read }
        keep: {}
        wait: { effect: read }
        odd: { effect: read }
`
const governing = { server: 'desk', executor: 'agent' } as const
const calling = { toolCallId: 'call', messages: [], context: {} }

async function desk(
  policies = '{ toolAccess: { default: deny, allow: ["desk:*"] } }',
  over: Partial<HostOptions> = {},
) {
  const world = boundary({ wiring, policies, servers: ['desk'] })
  const host = await world.open(over)
  onTestFinished(() => host.close())
  const outcomes = async () => {
    await host.close()
    const ledger = world.ledger()
    onTestFinished(() => ledger.close())
    expect(faultsOf(ledger)).toEqual([])
    const records = recordsOf(ledger)
    return {
      decided: records.flatMap((record) => (record.kind === 'action.decided' ? [record.body] : [])),
      finished: records.flatMap((record) => (record.kind === 'action.finished' ? [record.body.outcome] : [])),
    }
  }
  return { world, gate: host.gate, outcomes }
}

/** A model that calls these tools in its first turn, all at once, and then says that it is done. */
function model(...calls: readonly { readonly tool: string; readonly input: object }[]) {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  }
  let turn = 0
  return new MockLanguageModelV4({
    doGenerate: async () =>
      turn++ === 0
        ? {
            content: calls.map(({ tool: toolName, input }, index) => ({
              type: 'tool-call' as const,
              toolCallId: `call-${index}`,
              toolName,
              input: JSON.stringify(input),
            })),
            finishReason: { unified: 'tool-calls', raw: undefined },
            usage,
            warnings: [],
          }
        : {
            content: [{ type: 'text' as const, text: 'done' }],
            finishReason: { unified: 'stop', raw: undefined },
            usage,
            warnings: [],
          },
  })
}

const ask = (playing: MockLanguageModelV4, tools: ToolSet) =>
  generateText({ model: playing, tools, prompt: 'go', stopWhen: isStepCount(3) })

/** What the model was told in its second turn. */
function toldTo(playing: MockLanguageModelV4): unknown[] {
  const [, second] = playing.doGenerateCalls
  return (second?.prompt ?? []).flatMap((message) =>
    message.role === 'tool'
      ? message.content.flatMap((part) => (part.type === 'tool-result' ? [part.output] : []))
      : [],
  )
}

const nothing = z.object({})
const numbers = z.object({ a: z.number(), b: z.number() })

describe('a governed tool', () => {
  test('runs with the arguments that were decided, and its result is on record before the model has it', async () => {
    const { gate, outcomes } = await desk()
    const add = tool({ inputSchema: numbers, execute: async ({ a, b }) => ({ sum: a + b }) })
    const playing = model({ tool: 'add', input: { b: 2, a: 1 } })
    const answer = await ask(playing, governTools({ add }, gate, governing))
    expect(answer.text).toBe('done')
    expect(toldTo(playing)).toEqual([{ type: 'json', value: { sum: 3 } }])
    const { decided, finished } = await outcomes()
    expect(decided).toMatchObject([
      { enforcement: 'authorized', action: { target: 'desk:add', arguments: { a: 1, b: 2 }, origin: 'model' } },
    ])
    expect(finished).toEqual([{ status: 'completed', result: { sum: 3 } }])
  })

  test('that is denied does not run, and the model is told what it can do about it', async () => {
    const { gate, outcomes } = await desk('{ toolAccess: { default: deny, allow: ["desk:add"] } }')
    let ran = 0
    const keep = tool({ inputSchema: nothing, execute: () => ran++ })
    const playing = model({ tool: 'keep', input: {} })
    const answer = await ask(playing, governTools({ keep }, gate, governing))
    expect(ran).toBe(0)
    const text = 'ECP denied `keep`: this tool is not among those that you may call.'
    expect(toldTo(playing)).toEqual([{ type: 'error-text', value: text }])
    const [fault] = answer.steps[0]?.content.filter((part) => part.type === 'tool-error') ?? []
    expect(fault?.error).toMatchObject({
      code: 'action.refused',
      facts: { effect: 'deny', outcome: 'denied', codes: ['context.tool-not-allowed'] },
    })
    expect((await outcomes()).decided.map(({ decision }) => decision.effect)).toEqual(['deny'])
  })

  test.each([
    ['held', 'requireApprovalFor: ["desk:*"]', 'a person must approve it first'],
    ['proposed', 'mode: propose-only', 'as a proposal and did not execute it'],
  ])('that is %s does not run either', async (_, controls, words) => {
    const { gate } = await desk(`{ toolAccess: { default: deny, allow: ["desk:*"] }, writeControls: { ${controls} } }`)
    let ran = 0
    const playing = model({ tool: 'keep', input: {} })
    await ask(playing, governTools({ keep: tool({ inputSchema: nothing, execute: () => ran++ }) }, gate, governing))
    expect(ran).toBe(0)
    expect(toldTo(playing)).toEqual([{ type: 'error-text', value: expect.stringContaining(words) }])
  })

  test('runs once of five at once on a budget of one', async () => {
    const { gate } = await desk(
      '{ toolAccess: { default: deny, allow: ["desk:*"] }, budgets: { perTool: { "desk:count": { maxCalls: 1 } } } }',
    )
    let ran = 0
    const count = tool({ inputSchema: z.object({ n: z.number() }), execute: async () => ({ ran: ++ran }) })
    const playing = model(...[1, 2, 3, 4, 5].map((n) => ({ tool: 'count', input: { n } })))
    await ask(playing, governTools({ count }, gate, governing))
    expect(ran).toBe(1)
    const types = toldTo(playing).map((output) => (output as { type: string }).type) // reason: outputs have a type
    expect(types.sort()).toEqual(['error-text', 'error-text', 'error-text', 'error-text', 'json'])
  })

  test('that fails is on record as failed, and its own error is thrown on', async () => {
    const { gate, outcomes } = await desk()
    const own = new RangeError('no such page')
    const keep = tool({
      inputSchema: nothing,
      execute: (): string => {
        throw own
      },
    })
    const { keep: governed } = governTools({ keep }, gate, governing)
    await expect(governed.execute({}, calling)).rejects.toBe(own)
    expect((await outcomes()).finished).toEqual([
      { status: 'failed', error: { code: 'tool.failed', message: 'no such page' } },
    ])
  })

  test('that is cancelled on its way is on record as cancelled; before it, nothing is', async () => {
    const { gate, outcomes } = await desk()
    const aborting = new AbortController()
    const wait = tool({
      inputSchema: nothing,
      execute: (_, { abortSignal }) =>
        new Promise<string>((_resolve, reject) => {
          abortSignal?.addEventListener('abort', () => reject(abortSignal.reason))
          aborting.abort()
        }),
    })
    const { wait: governed } = governTools({ wait }, gate, governing)
    await expect(governed.execute({}, { ...calling, abortSignal: aborting.signal })).rejects.toThrow('aborted')
    await expect(governed.execute({}, { ...calling, abortSignal: aborting.signal })).rejects.toThrow('aborted')
    expect((await outcomes()).finished.map(({ status }) => status)).toEqual(['cancelled'])
  })

  test('gets a copy of its own: what is done to the input later changes nothing', async () => {
    const { gate, outcomes } = await desk()
    const got: unknown[] = []
    const keep = tool({
      inputSchema: z.object({ list: z.array(z.string()) }),
      execute: (input) => void got.push(input),
    })
    const input = { list: ['a'] }
    const running = governTools({ keep }, gate, governing).keep.execute(input, calling)
    input.list.push('b')
    await running
    expect(got).toEqual([{ list: ['a'] }])
    expect((await outcomes()).decided[0]?.action.arguments).toEqual({ list: ['a'] })
  })

  test.each([
    ['a date', { at: new Date(0) }, 'holds an object that is no plain JSON at `/at`'],
    ['a map', { in: { it: new Map() } }, 'no plain JSON at `/in/it`'],
    ['a big integer', { n: 1n }, 'holds a bigint at `/n`'],
    ['no number', { n: [Number.NaN] }, 'a number that JSON does not have at `/n/0`'],
    ['half a character', { n: '\ud800' }, 'text that is not Unicode'],
  ])('is not asked for with %s, which the policy could not see as the tool would', async (_, input, words) => {
    const { gate, outcomes } = await desk()
    let ran = 0
    const odd = tool({ inputSchema: z.any(), execute: () => ran++ })
    const asked = governTools({ odd }, gate, governing).odd.execute(input, calling)
    await expect(asked).rejects.toMatchObject({ code: 'tools.ungovernable', message: expect.stringContaining(words) })
    expect(ran).toBe(0)
    expect((await outcomes()).decided).toEqual([])
  })
})

describe('what came of a call has to be on record', () => {
  test('a ledger that is gone meanwhile: the result is not given', async () => {
    const { world, gate } = await desk()
    const keep = tool({
      inputSchema: nothing,
      execute: () => {
        renameSync(world.ledgerFile, `${world.ledgerFile}.gone`)
        return 'kept'
      },
    })
    await expect(governTools({ keep }, gate, governing).keep.execute({}, calling)).rejects.toMatchObject({
      code: 'action.unknown',
      message: expect.stringContaining('Do not repeat it before you have checked'),
      facts: { outcome: 'unknown', codes: ['ledger.unavailable'] },
    })
  })

  test('a lease that has ended meanwhile: the result is not given either', async () => {
    const { gate, outcomes } = await desk()
    let asked = ''
    const authorize: typeof gate.authorize = async (request) => {
      const answer = await gate.authorize(request)
      asked = answer.lease?.id ?? ''
      return answer
    }
    const keep = tool({ inputSchema: nothing, execute: () => gate.settle(asked, { status: 'failed' }) })
    const { keep: governed } = governTools({ keep }, { authorize, settle: gate.settle }, governing)
    await expect(governed.execute({}, calling)).rejects.toMatchObject({ code: 'action.unknown' })
    expect((await outcomes()).finished).toEqual([{ status: 'failed' }])
  })

  test('a result that JSON cannot carry is given, and stands on record without it', async () => {
    const { gate, outcomes } = await desk()
    const odd = tool({ inputSchema: nothing, execute: () => ({ big: 1n }) })
    expect(await governTools({ odd }, gate, governing).odd.execute({}, calling)).toEqual({ big: 1n })
    expect((await outcomes()).finished).toEqual([{ status: 'completed' }])
  })
})

describe('tools that stream', () => {
  const counting = () =>
    tool({
      inputSchema: nothing,
      async *execute() {
        yield 'one'
        yield 'two'
      },
    })

  test('stream on, and the last value is on record', async () => {
    const { gate, outcomes } = await desk()
    const { count } = governTools({ count: counting() }, gate, governing)
    const seen: unknown[] = []
    for await (const value of count.execute({}, calling) as AsyncIterable<string>) seen.push(value) // reason: a generator's
    expect(seen).toEqual(['one', 'two'])
    expect((await outcomes()).finished).toEqual([{ status: 'completed', result: 'two' }])
  })

  test('are cancelled when nobody listens any more, and run for nobody who is denied', async () => {
    const { gate, outcomes } = await desk('{ toolAccess: { default: deny, allow: ["desk:count"] } }')
    const { count, keep } = governTools({ count: counting(), keep: counting() }, gate, governing)
    for await (const value of count.execute({}, calling) as AsyncIterable<string>) {
      expect(value).toBe('one')
      break
    }
    const denied = (keep.execute({}, calling) as AsyncIterable<string>)[Symbol.asyncIterator]().next()
    await expect(denied).rejects.toMatchObject({ code: 'action.refused' })
    expect((await outcomes()).finished.map(({ status }) => status)).toEqual(['cancelled'])
  })

  test('one that returns an iterable gives its last value', async () => {
    const { gate } = await desk()
    const count = tool({
      inputSchema: nothing,
      execute: () =>
        (async function* () {
          yield* ['one', 'two']
        })(),
    })
    expect(await governTools({ count }, gate, governing).count.execute({}, calling)).toBe('two')
  })
})

test.each([
  ['has no `execute`', { show: tool({ inputSchema: nothing, outputSchema: z.string() }) }],
  [
    'its provider executes it',
    { show: { ...dynamicTool({ inputSchema: nothing, execute: () => '' }), isProviderExecuted: true } },
  ],
  ['calls other tools by itself', { show: { execute: () => '', experimental_toolCaller: {} } }],
])('a tool that is executed elsewhere is refused by name: it %s', async (words, tools) => {
  const { gate } = await desk()
  expect(() => governTools(tools, gate, governing)).toThrow(expect.objectContaining({ code: 'tools.ungovernable' }))
  expect(() => governTools(tools, gate, governing)).toThrow(/`show` cannot be governed/)
  expect(() => governTools(tools, gate, governing)).toThrow(words)
})

test('types and all else of the tools stay as they were', async () => {
  const { gate } = await desk()
  const add = tool({
    description: 'Adds.',
    inputSchema: numbers,
    execute: async ({ a, b }) => ({ sum: a + b }),
    toModelOutput: ({ output }) => ({ type: 'text', value: `${output.sum}` }),
  })
  const governed = governTools({ add }, gate, governing)
  expectTypeOf(governed).toEqualTypeOf<{ add: typeof add }>()
  expect({ ...governed.add, execute: add.execute }).toEqual(add)
  expect(governed.add.execute).not.toBe(add.execute)
  const playing = model({ tool: 'add', input: { a: 1, b: 2 } })
  await ask(playing, governed)
  expect(toldTo(playing)).toEqual([{ type: 'text', value: '3' }])
  const typed = () => streamText({ model: playing, tools: governed, prompt: 'go' }).toolResults
  type Result = Extract<Awaited<ReturnType<typeof typed>>[number], { dynamic?: false | undefined }>
  expectTypeOf<Result['output']>().toEqualTypeOf<{ sum: number }>()
})
