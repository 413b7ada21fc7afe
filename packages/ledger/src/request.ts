import { type CounterQuery, type Draw, type GrantTerms, grantProblem, ledgerChain } from '@ecp/protocol'
import { LedgerError } from './error.ts'
import { type AppendableKind, type DecidedBodies, type DecideRequest, ownKinds } from './ledger.ts'

// What a store checks before it writes. All throw `ledger.invalid`: the caller's mistake, which fails that request alone.

/** Buckets that only the ledger itself draws from. */
const ownBuckets = 'ledger:'

export function invalid(message: string): LedgerError {
  return new LedgerError('ledger.invalid', message)
}

export function checkTime(at: number): void {
  if (!Number.isSafeInteger(at) || at < 0) throw invalid(`time \`${at}\` is not in whole milliseconds`)
}

export function checkNewRun(run: string): void {
  if (run === ledgerChain || run.length > 200 || !run.isWellFormed() || run.includes('\0')) {
    throw invalid(`\`${run.slice(0, 200)}\` cannot be the id of a run`)
  }
}

export function checkKind(kind: AppendableKind): void {
  const own: readonly string[] = ownKinds
  if (own.includes(kind)) throw invalid(`a record of kind \`${kind}\` is not appended as such`)
}

export function checkDraws(draws: readonly Draw[]): void {
  for (const { bucket, amount } of draws) {
    if (!Number.isFinite(amount) || amount < 0) throw invalid(`draw of \`${amount}\` from bucket \`${bucket}\``)
    if (bucket.startsWith(ownBuckets)) throw invalid(`bucket \`${bucket}\` is the ledger's own`)
  }
}

export function checkQueries(queries: readonly CounterQuery[]): void {
  for (const { name, windowMs } of queries) {
    if (windowMs !== undefined && !(windowMs > 0)) throw invalid(`window of \`${windowMs}\` ms for counter \`${name}\``)
  }
}

/** What `decide` returned must speak of the run it was asked for, and of one action. */
export function checkDecided(request: DecideRequest, bodies: DecidedBodies): void {
  const { decided, intended, proposed, requested, used = [], granted, finished } = bodies
  const { action, decision, draws } = decided
  if (action.run !== request.run || request.run === ledgerChain)
    throw invalid(`action \`${action.id}\` of run \`${action.run}\` decided in \`${request.run}\``)
  checkDraws(draws)
  if (intended && (intended.action !== action.id || decision.effect !== 'allow')) {
    throw invalid(`intent of \`${intended.action}\` beside the \`${decision.effect}\` of \`${action.id}\``)
  }
  if (proposed && (proposed.action !== action.id || decision.effect !== 'propose')) {
    throw invalid(`proposal of \`${proposed.action}\` beside the \`${decision.effect}\` of \`${action.id}\``)
  }
  if (finished && (intended || decision.effect !== 'allow')) {
    throw invalid(`an outcome beside the \`${decision.effect}\` of \`${action.id}\``)
  }
  const asks = decision.effect === 'hold' || decision.effect === 'propose'
  if (requested && (!asks || requested.run !== request.run || requested.digest !== action.digest)) {
    throw invalid(`a request for approval beside the \`${decision.effect}\` of \`${action.id}\``)
  }
  if ((used.length > 0 || granted !== undefined) && decision.effect !== 'allow') {
    throw invalid(`an approval or a grant used for the \`${decision.effect}\` of \`${action.id}\``)
  }
}

export function checkGrant(terms: GrantTerms): void {
  const problem = grantProblem(terms)
  if (problem !== undefined) throw invalid(`a grant that cannot be given: ${problem}`)
}
