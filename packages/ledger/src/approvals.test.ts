import { describe, expect, test } from 'vitest'
import { type Approval, type ApprovalEvent, afterEvent, endOf, stateAt } from './approvals.ts'

const requested: ApprovalEvent = {
  kind: 'approval.requested',
  body: {
    approval: 'a',
    kind: 'hold',
    action: 'a',
    target: 'files:write',
    digest: 'd',
    policyDigest: 'p',
    run: 'r',
    executor: 'agent',
    principal: 'ada',
    terms: { expiresAfter: 1_000, approvers: [], quorum: 2 },
    expiresAt: 2_000,
  },
}
const answer = (by: string, over: object = {}): ApprovalEvent => ({
  kind: 'approval.answered',
  body: { approval: 'a', answer: 'approve', by, expiresAt: 2_000, nonce: by, proof: { kind: 'unsigned' }, ...over },
})
const used: ApprovalEvent = { kind: 'approval.used', body: { approval: 'a', run: 'r', action: 'b' } }
const cancelled: ApprovalEvent = { kind: 'approval.cancelled', body: { approval: 'a', by: 'ada' } }
const expired: ApprovalEvent = { kind: 'approval.expired', body: { approval: 'a' } }

const after = (...events: readonly (ApprovalEvent | [number, ApprovalEvent])[]): Approval =>
  events.reduce<Approval | undefined>((before, event) => {
    const [at, what] = Array.isArray(event) ? event : [1_100, event]
    return afterEvent(before, at, what)
  }, undefined) as Approval // reason: there is at least one event

describe('an approval', () => {
  test('is approved once so many different people have said yes, and used once', () => {
    expect(after(requested).state).toBe('pending')
    expect(after(requested, answer('ada')).state).toBe('pending')
    expect(after(requested, answer('ada'), answer('ada', { nonce: '2' })).state).toBe('pending')
    expect(after(requested, answer('ada'), answer('bob')).state).toBe('approved')
    const spent = after(requested, answer('ada'), answer('bob'), used)
    expect(spent).toMatchObject({ state: 'used', usedBy: 'b' })
    expect(() => afterEvent(spent, 1_200, used)).toThrow('is used')
  })

  test('one no is a no', () => {
    const denied = after(requested, answer('ada'), answer('bob', { answer: 'deny' }))
    expect(denied.state).toBe('denied')
    for (const event of [answer('eve'), used, cancelled])
      expect(() => afterEvent(denied, 1_200, event)).toThrow('is denied')
  })

  test.each([
    ['not approved', [requested], used],
    ['short of its quorum', [requested, answer('ada')], used],
    ['asked for twice', [requested], requested],
    ['answered with the same answer', [requested, answer('ada')], answer('ada')],
    ['cancelled', [requested, cancelled], answer('ada')],
    ['expired', [requested, expired], answer('ada')],
    ['cancelled already', [requested, cancelled], cancelled],
    ['used already', [requested, answer('ada'), answer('bob'), used], expired],
  ] as const)('that is %s takes no more', (_, events, event) => {
    expect(() => afterEvent(after(...events), 1_200, event)).toThrow(
      expect.objectContaining({ code: 'ledger.approval-over' }),
    )
  })

  test('nobody asked for is unknown', () => {
    expect(() => afterEvent(undefined, 1_200, answer('ada'))).toThrow(
      expect.objectContaining({ code: 'ledger.approval-unknown' }),
    )
  })

  test('expires by time alone, at the earliest time that anybody gave it', () => {
    const approved = after(requested, answer('ada', { expiresAt: 1_500 }), answer('bob'))
    expect(endOf(approved)).toBe(1_500)
    expect([1_499, 1_500].map((at) => stateAt(approved, at))).toEqual(['approved', 'expired'])
    expect(() => afterEvent(approved, 1_500, used)).toThrow('is expired')
    expect(stateAt(after(requested), 2_000)).toBe('expired')
    const spent = afterEvent(approved, 1_499, used)
    expect(stateAt(spent, 9_999)).toBe('used')
  })
})
