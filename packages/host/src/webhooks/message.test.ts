import type { Approval, Letter } from '@ecp/ledger'
import type { Reason, RecordBodies, WebhookEvent } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { webhookMessage } from './message.ts'

// The most that any field can hold, of characters that take the most bytes.
const worst = '"\u20ac\\'.repeat(400_000)
const subject = { digest: 'd', policyDigest: 'p', run: worst.slice(0, 40), executor: worst, principal: worst }
const approval: Approval = {
  approval: '01a21dbd-8727-7493-acd3-f92038542338',
  kind: 'hold',
  action: '01a21dbd-8727-7493-acd3-f92038542338',
  target: worst,
  terms: { expiresAfter: 1_000, approvers: Array.from({ length: 100 }, () => worst), quorum: 2 },
  expiresAt: 2_000,
  state: 'pending',
  requestedAt: 1_000,
  answers: [],
  ...subject,
}
const reason: Reason = { code: 'write.needs-approval', layer: 'context', message: worst }
const answered: RecordBodies['approval.answered'] = {
  approval: approval.approval,
  answer: 'approve',
  by: worst,
  note: worst,
  expiresAt: 2_000,
  nonce: 'n',
  proof: { kind: 'unsigned' },
}
const letter = (kind: WebhookEvent, body: object) =>
  // reason: the bodies are those of the kind
  ({
    endpoint: 'chat',
    record: { seq: 1, run: '', at: 1_000, previous: '', kind, body },
    hash: 'h',
    attempt: 1,
  }) as Letter

const parts = {
  ledger: {
    approval: (id: string) => (id === approval.approval ? approval : undefined),
    decided: () =>
      // reason: only these of it are looked at
      ({
        action: { arguments: { text: worst } },
        decision: { reasons: Array.from({ length: 50 }, () => reason) },
      }) as unknown as RecordBodies['action.decided'],
    run: () => undefined,
  },
  approvers: new Map(),
  base: 'https://ecp.example.com',
  redacted: async <T>(value: T) => value,
}

test('no body is larger than the 20 kB that the specification recommends, and what is left out is said', async () => {
  const message = await webhookMessage(letter('approval.answered', answered), parts)
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(20_000)
  expect(message?.data).toMatchObject({ reasonsLeftOut: 42, arguments: { isCut: true }, terms: { quorum: 2 } })
  expect(message?.data).not.toHaveProperty('client')
  expect(message?.data.answer?.counts).toBe(false)
})

test('of an approval that the ledger does not hold nothing is told', async () => {
  expect(await webhookMessage(letter('approval.used', { approval: 'x', run: 'r', action: 'a' }), parts)).toBeUndefined()
})

test('that a question was answered is told, and not what with', async () => {
  const ledger = { ...parts.ledger, approval: () => ({ ...approval, kind: 'question' as const }) }
  const secret = 'the merger is on'
  const message = await webhookMessage(letter('approval.answered', { ...answered, value: { go: secret } }), {
    ...parts,
    ledger,
  })
  expect(message?.data).toMatchObject({ kind: 'question', answer: { answer: 'approve' } })
  expect(JSON.stringify(message)).not.toContain(secret)
})
