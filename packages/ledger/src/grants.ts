import type { GrantGiven, GrantOffered, GrantState, RecordBodies } from '@ecp/protocol'
import { LedgerError } from './error.ts'

/** A person's yes to a grant, as it came. */
export interface Giver extends GrantGiven {
  readonly at: number
}

/** A grant, with what came of it. Immutable. */
export interface Grant extends GrantOffered {
  readonly state: GrantState
  readonly offeredAt: number
  readonly givers: readonly Giver[]
  /** How many actions it has let happen. */
  readonly used: number
  readonly lastUsedBy?: string
  readonly revokedBy?: string
}

type GrantKind = 'grant.offered' | 'grant.given' | 'grant.revoked' | 'grant.used'
/** What happened to grants, as records say it. */
export type GrantEvent = { [K in GrantKind]: { readonly kind: K; readonly body: RecordBodies[K] } }[GrantKind]

/**
 * A grant after an event: offered -> given, once as many different people have signed as it needs; given -> spent; revoked from
 * either; expired by time. Throws `ledger.grant-over` for what its state does not allow. Whose signatures count is for whoever
 * uses it: here they are counted by name.
 */
export function afterGrantEvent(before: Grant | undefined, at: number, { kind, body }: GrantEvent): Grant {
  if (kind === 'grant.offered') {
    if (before) throw over(body.grant, 'is there already')
    return { ...body, state: 'offered', offeredAt: at, givers: [], used: 0 }
  }
  if (!before) throw new LedgerError('ledger.grant-unknown', `no grant \`${body.grant}\` in this ledger`)
  const state = grantStateAt(before, at)
  switch (kind) {
    case 'grant.given': {
      if (state !== 'offered' && state !== 'given') throw over(before.grant, `is ${state}`)
      if (before.givers.some(({ nonce }) => nonce === body.nonce))
        throw over(before.grant, 'has this signature already')
      const givers = [...before.givers, { ...body, at }]
      const people = new Set(givers.map(({ by }) => by)).size
      return { ...before, givers, state: people >= Math.max(1, before.needs.quorum) ? 'given' : 'offered' }
    }
    case 'grant.revoked':
      if (state !== 'offered' && state !== 'given') throw over(before.grant, `is ${state}`)
      return { ...before, state: 'revoked', revokedBy: body.by }
    case 'grant.used': {
      if (state !== 'given') throw over(before.grant, `is ${state}`)
      const used = before.used + 1
      return { ...before, used, lastUsedBy: body.action, state: used >= before.terms.uses ? 'spent' : 'given' }
    }
  }
}

/** Its state at a time: nobody has to write down that its time is over. */
export function grantStateAt({ state, terms }: Grant, at: number): GrantState {
  return (state === 'offered' || state === 'given') && at >= terms.until ? 'expired' : state
}

function over(grant: string, why: string): LedgerError {
  return new LedgerError('ledger.grant-over', `grant \`${grant}\` ${why}`)
}
