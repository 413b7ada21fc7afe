import { describe, expect, test } from 'vitest'
import { afterGrantEvent, type Grant, type GrantEvent, grantStateAt } from './grants.ts'

const offered: GrantEvent = {
  kind: 'grant.offered',
  body: {
    grant: 'g',
    terms: {
      target: 'files:write',
      condition: 'true',
      uses: 2,
      from: 1_000,
      until: 2_000,
      executor: 'agent',
      principal: 'ada',
      policyDigest: 'p',
    },
    needs: { expiresAfter: 1_000, approvers: [], quorum: 2 },
  },
}
const given = (by: string, nonce = by): GrantEvent => ({
  kind: 'grant.given',
  body: { grant: 'g', by, nonce, proof: { kind: 'unsigned' } },
})
const used = (action: string): GrantEvent => ({ kind: 'grant.used', body: { grant: 'g', run: 'r', action } })
const revoked: GrantEvent = { kind: 'grant.revoked', body: { grant: 'g', by: 'ada' } }

const after = (...events: readonly GrantEvent[]): Grant =>
  // reason: there is at least one event
  events.reduce<Grant | undefined>((before, event) => afterGrantEvent(before, 1_100, event), undefined) as Grant

describe('a grant', () => {
  test('is given once so many different people have signed, and used as often as it says', () => {
    expect(after(offered).state).toBe('offered')
    expect(after(offered, given('ada'), given('ada', '2')).state).toBe('offered')
    expect(after(offered, given('ada'), given('bob')).state).toBe('given')
    expect(after(offered, given('ada'), given('bob'), used('1'))).toMatchObject({ state: 'given', used: 1 })
    const spent = after(offered, given('ada'), given('bob'), used('1'), used('2'))
    expect(spent).toMatchObject({ state: 'spent', used: 2, lastUsedBy: '2' })
  })

  test.each([
    ['not given', [offered, given('ada')], used('1')],
    ['there already', [offered], offered],
    ['signed already with this signature', [offered, given('ada')], given('bob', 'ada')],
    ['spent', [offered, given('ada'), given('bob'), used('1'), used('2')], used('3')],
    ['spent and signed again', [offered, given('ada'), given('bob'), used('1'), used('2')], given('eve')],
    ['revoked', [offered, given('ada'), given('bob'), revoked], used('1')],
    ['revoked before it was given', [offered, given('ada'), revoked], given('bob')],
    ['revoked already', [offered, revoked], revoked],
  ] as const)('that is %s takes no more', (_, events, event) => {
    expect(() => afterGrantEvent(after(...events), 1_200, event)).toThrow(
      expect.objectContaining({ code: 'ledger.grant-over' }),
    )
  })

  test('that nobody offered is unknown', () => {
    expect(() => afterGrantEvent(undefined, 1_200, given('ada'))).toThrow(
      expect.objectContaining({ code: 'ledger.grant-unknown' }),
    )
  })

  test('expires by time alone, and what has ended before stays as it was', () => {
    const standing = after(offered, given('ada'), given('bob'))
    expect([1_999, 2_000].map((at) => grantStateAt(standing, at))).toEqual(['given', 'expired'])
    for (const event of [used('1'), given('eve'), revoked])
      expect(() => afterGrantEvent(standing, 2_000, event)).toThrow('is expired')
    expect(grantStateAt(after(offered, revoked), 9_999)).toBe('revoked')
  })
})
