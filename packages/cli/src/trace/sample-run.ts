import type { Decision, LedgerRecord, Origin } from '@ecp/protocol'

/** Records of a small run, for the tests of what is made of them. Hashes are left out: nothing here looks at them. */
export function sampleRecords(): LedgerRecord[] {
  const records: LedgerRecord[] = []
  const started = Date.UTC(2026, 10, 22, 21, 30)
  const run = '0193f1c2-0000-7000-8000-000000000001'
  const context = { name: 'assistant', version: '1.0.0', digest: 'c'.repeat(64) }
  const add = <K extends LedgerRecord['kind']>(
    after: number,
    kind: K,
    body: Extract<LedgerRecord, { kind: K }>['body'],
  ) => {
    const record = { seq: records.length + 1, run, at: started + after, kind, body, previous: '0'.repeat(64) }
    records.push(record as LedgerRecord) // reason: kind and body belong together by the signature
  }
  const decided = (
    after: number,
    id: string,
    target: string,
    args: object,
    decision: Omit<Decision, 'policyDigest'>,
    origin: Origin = 'gateway',
  ) =>
    add(after, 'action.decided', {
      action: {
        id,
        key: id,
        kind: 'tool.call',
        target,
        arguments: { ...args },
        size: 10,
        digest: 'd'.repeat(64),
        attempt: 1,
        origin,
        run,
        executor: 'reader',
        principal: 'ada',
        context,
        at: started + after,
      },
      counters: {},
      decision: { ...decision, policyDigest: 'p'.repeat(64) },
      draws: [],
      policy: 'p'.repeat(64),
      catalogue: 'k'.repeat(64),
      enforcement: 'performed',
    })
  const rule = { file: 'assistant.yaml', line: 14, column: 11, endLine: 14, endColumn: 30 }

  add(0, 'run.started', {
    context,
    executor: 'reader',
    principal: 'ada',
    client: 'stdio',
    strategy: 'single',
    inputs: { folder: '/srv' },
    policyDigest: 'p'.repeat(64),
    versions: { ecp: '0.5.0', node: '24.21.0' },
  })
  decided(
    12,
    'a1',
    'files:read_text_file',
    { path: '/srv/a\u202etxt' },
    {
      effect: 'allow',
      acts: 'read',
      reasons: [
        { code: 'context.tool-allowed', layer: 'context', rule, message: '`files:read_*` is on the allow list' },
      ],
    },
  )
  add(15, 'action.finished', {
    action: 'a1',
    outcome: { status: 'completed', durationMs: 3 },
    blob: 'b1',
  })
  decided(
    20,
    'a2',
    'files:write_file',
    { path: '/srv/b' },
    {
      effect: 'deny',
      acts: 'write',
      reasons: [
        { code: 'context.tool-denied', layer: 'context', rule, message: '`files:write_*` is on the deny list' },
        { code: 'write.forbidden', layer: 'user', message: 'writes are forbidden' },
      ],
    },
  )
  decided(
    30,
    'a3',
    'jira:create',
    {},
    {
      effect: 'hold',
      acts: 'write',
      reasons: [{ code: 'write.needs-approval', layer: 'context', rule, message: '`jira:create` needs approval' }],
      approval: { expiresAfter: 86_400_000, approvers: ['ops'], quorum: 2 },
    },
  )
  decided(
    40,
    'a4',
    'files:move',
    {},
    {
      effect: 'allow',
      acts: 'write',
      reasons: [{ code: 'context.tool-allowed', layer: 'context', rule, message: '`files:*` is on the allow list' }],
    },
  )
  add(41, 'action.intended', { action: 'a4', digest: 'd'.repeat(64) })
  add(2_500, 'action.finished', {
    action: 'a4',
    outcome: {
      status: 'unknown',
      error: { code: 'server.exited', message: 'the server \u001b[31mdied' },
      durationMs: 2_459,
    },
  })
  decided(
    50,
    'a5',
    'files:list',
    {},
    {
      effect: 'allow',
      acts: 'read',
      reasons: [{ code: 'context.tool-allowed', layer: 'context', rule, message: '`files:*` is on the allow list' }],
    },
    'mount',
  )
  return records
}

/** The blobs that {@link sampleRecords} names. */
export function sampleBlob(digest: string): string | undefined {
  return digest === 'b1' ? JSON.stringify({ content: [{ type: 'text', text: 'hello\nworld' }] }) : undefined
}
