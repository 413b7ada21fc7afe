import { newAnswer, redecideRecorded, writeAnswer } from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import { expect, test } from 'vitest'
import { road } from './journey.ts'

const context = `
schemas: { Verdict: { type: object, required: [go], properties: { go: { type: boolean }, why: { type: string } } } }
orchestration: { entrypoint: review, strategy: sequential }
executors:
  - { name: review, type: human, ask: { title: "Shall it go?" }, outputSchemaRef: "#/schemas/Verdict" }
  - name: writer
    type: tool
    tool: { call: "witness:write", args: { why: "\${outputs.review.why}" } }
    policies: { toolAccess: { default: deny, allow: ["witness:write"] } }
`

test('kill -9 while the answer of a person is being used, and right after it: it is used, and nobody is asked twice', {
  timeout: 60_000,
}, async () => {
  const one = road(context)
  const waits = await one.carry({ resumes: false, deadlyStep: 0, delayMs: 0 })
  expect(waits).toMatchObject({ status: 'waiting' })
  // Of 30,000 characters: what is too large for a record stands beside it.
  const value = { go: true, why: `begin ${'x'.repeat(30_000)} end` }
  const ledger = openSqliteLedger({ file: one.ledgerFile })
  const approval = ledger.approval(String(waits?.waiting?.[0]?.approval))
  if (!approval) throw new TypeError('what waits is in the ledger')
  const given = newAnswer(approval, 'approve', 'ada', Date.now(), { value })
  await writeAnswer({ ledger, approvers: new Map(), now: Date.now }, approval, given, { kind: 'unsigned' })

  // Steps 1 to 3 of the Gate are before the decision, inside its transaction, and after it; the next are the write's.
  for (const [deadlyStep, state] of [
    [1, 'approved'],
    [2, 'approved'],
    [3, 'used'],
  ] as const) {
    expect(await one.carry({ resumes: true, deadlyStep, delayMs: 0 })).toBeUndefined()
    expect(ledger.approval(approval.approval)).toMatchObject({ state })
  }
  const result = await one.carry({ resumes: true, deadlyStep: 0, delayMs: 0 })
  expect(result).toMatchObject({ status: 'completed' })
  expect([...one.heard()]).toEqual([[JSON.stringify({ tool: 'write', args: { why: value.why } }), 1]])
  expect(ledger.approvals({ run: one.run, limit: 9 })).toMatchObject([{ approval: approval.approval, state: 'used' }])
  expect(ledger.journal(one.run).actions.get('root/ask')?.outcome).toMatchObject({ status: 'completed' })
  expect(ledger.verify({ redecide: redecideRecorded }).faults).toEqual([])
  ledger.close()
})
