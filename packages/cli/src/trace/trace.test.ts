import { recordedRun, traceJson } from '@ecp/ledger'
import type { LedgerRecord } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { coloured, plain } from '../terminal/paint.ts'
import { sampleBlob, sampleRecords } from './sample-run.ts'
import { traceGraph } from './trace-graph.ts'
import { traceText } from './trace-text.ts'

const id = '0193f1c2-0000-7000-8000-000000000001'
const run = recordedRun(id, sampleRecords(), sampleBlob)

test('as text: each action, its decision with every reason and place, and what came of it', () => {
  expect(traceText(run, plain, 100)).toMatchInlineSnapshot(`
    "run 0193f1c2-0000-7000-8000-000000000001
    assistant 1.0.0, executor reader, strategy single
    for ada through stdio
    started 2026-11-22 21:30:00.000Z with ecp 0.5.0, not ended
    inputs {"folder":"/srv"}
    context cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc, policy pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp

       1  +12 ms  files:read_text_file
          {"path":"/srv/a\\u{202e}txt"}
          allowed (read)
            context.tool-allowed (context): \`files:read_*\` is on the allow list  assistant.yaml:14:11
          completed in 3 ms: hello\\nworld

       2  +20 ms  files:write_file
          {"path":"/srv/b"}
          denied (write)
            context.tool-denied (context): \`files:write_*\` is on the deny list  assistant.yaml:14:11
            write.forbidden (user): writes are forbidden

       3  +30 ms  jira:create
          {}
          held (write)
            write.needs-approval (context): \`jira:create\` needs approval  assistant.yaml:14:11
            needs 2 approvals from ops within 24 h

       4  +40 ms  files:move
          {}
          allowed (write)
            context.tool-allowed (context): \`files:*\` is on the allow list  assistant.yaml:14:11
          outcome unknown after 2.46 s: server.exited: the server \\u{1b}[31mdied

       5  +50 ms  files:list  from mount
          {}
          allowed (read)
            context.tool-allowed (context): \`files:*\` is on the allow list  assistant.yaml:14:11
          in flight

    5 actions: 3 allowed, 1 denied, 1 held"
  `)
})

test('as a graph: executors, mounts, servers, calls', () => {
  expect(traceGraph(run, plain, 100)).toMatchInlineSnapshot(`
    "assistant 1.0.0 run 0193f1c2-0000-7000-8000-000000000001, not ended
    └─ reader 5 actions
       ├─ mounts
       │  └─ files
       │     └─ ✓ list ─ in flight
       ├─ files
       │  ├─ ✓ read_text_file ─ completed in 3 ms
       │  ├─ ✗ write_file ─ denied: context.tool-denied assistant.yaml:14:11
       │  └─ ? move ─ outcome unknown after 2.46 s
       └─ jira
          └─ ‖ create ─ held: write.needs-approval assistant.yaml:14:11"
  `)
})

test('as JSON: the published span format with the decision added', () => {
  const trace = traceJson(run)
  expect(trace).toMatchObject({
    executionId: id,
    contextName: 'assistant',
    contextVersion: '1.0.0',
    strategy: 'single',
    startedAt: '2026-11-22T21:30:00.000Z',
    success: false,
    error: 'the outcome of files:move is unknown',
  })
  expect(trace.spans.map(({ type, step }) => `${step} ${type}`)).toEqual([
    '0 executor',
    '0 tool-call',
    '1 tool-call',
    '2 tool-call',
    '3 tool-call',
    '4 mount-hydration',
  ])
  expect(trace.spans[1]).toMatchObject({
    id: 'a1',
    parentId: trace.spans[0]?.id,
    executorName: 'reader',
    durationMs: 3,
    toolName: 'files:read_text_file',
    toolArgs: { path: '/srv/a\u202etxt' },
    toolResult: { content: [{ type: 'text', text: 'hello\nworld' }] },
    toolIsError: false,
    status: 'completed',
    origin: 'gateway',
    decision: { effect: 'allow' },
  })
  expect(trace.spans.map(({ status }) => status)).toEqual([
    undefined,
    'completed',
    'denied',
    'pending',
    'unknown',
    'in-flight',
  ])
})

test.each([
  ['happened', { success: true }, { status: 'completed', toolIsError: false, toolResult: { content: [] } }, '✓'],
  [
    'did-not-happen',
    { success: true },
    { status: 'failed', toolIsError: true, error: 'it did not happen, as was found out' },
    '✓',
  ],
  ['retry', { success: true }, { status: 'failed', toolIsError: true }, '✓'],
] as const)('a write of unknown outcome that was settled as %s counts as that', (as, whole, span, mark) => {
  const body = { action: 'a4', as, by: 'ada', ...(as === 'happened' ? { result: { content: [] } } : {}) }
  const settled: LedgerRecord = {
    seq: 99,
    run: id,
    at: run.startedAt + 9_000,
    kind: 'action.settled',
    body,
    previous: '',
  }
  const after = recordedRun(id, [...sampleRecords(), settled], sampleBlob)
  const trace = traceJson(after)
  expect(trace).toMatchObject(whole)
  expect(trace.error).toBeUndefined()
  expect(trace.spans[4]).toMatchObject({ actionId: 'a4', settled: as, ...span })
  const words = `outcome unknown after 2.46 s, settled as ${as} by ada`
  expect(traceGraph(after, plain, 100)).toContain(`${mark} move ─ ${words}`)
  expect(traceText(after, plain, 100)).toContain(words)
})

test('as JSON: what is neither a tool nor a model has its target and arguments too', () => {
  const read = recordedRun(
    id,
    sampleRecords().map((record) =>
      record.kind === 'action.decided' && record.body.action.id === 'a1'
        ? { ...record, body: { ...record.body, action: { ...record.body.action, kind: 'resource.read' as const } } }
        : record,
    ),
    sampleBlob,
  )
  const span = traceJson(read).spans[1]
  expect(span).toMatchObject({
    type: 'resource-read',
    target: 'files:read_text_file',
    arguments: { path: '/srv/a\u202etxt' },
  })
  expect(span).not.toHaveProperty('toolName')
})

test('nothing that came from outside reaches the terminal as a control', () => {
  for (const text of [traceText(run, plain, 100), traceGraph(run, plain, 100)]) {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
  expect(traceText(run, coloured, 100)).toContain('\\u{1b}[31mdied')
})

test('records without a start, as in a damaged ledger, still tell what is there', () => {
  const headless = recordedRun(id, sampleRecords().slice(1), () => undefined)
  expect(traceText(headless, plain, 100)).toContain('files:read_text_file')
  expect(traceGraph(headless, plain, 100)).toContain('read_text_file')
  expect(traceJson(headless).spans).toHaveLength(6)
  expect(recordedRun(id, [], () => undefined).actions).toEqual([])
})
