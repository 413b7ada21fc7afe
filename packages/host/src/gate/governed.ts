import { sha256 } from '@ecp/ledger'
import { load, type Policy, type PolicyData } from '@ecp/policy'
import { type Catalogue, canonical } from '@ecp/protocol'
import { policyDigest } from './redecide.ts'

/** Everything that a decision is made from, beside the action and its counters, and the digests that name it. */
export interface Governed {
  readonly policy: Policy
  readonly catalogue: Catalogue
  /** On every decision: changes when any rule, wiring or pin changes. */
  readonly policyDigest: string
  /** Digests of the two snapshots in {@link blobs}. */
  readonly policyBlob: string
  readonly catalogueBlob: string
  readonly blobs: ReadonlyMap<string, string>
}

/** Prepares a policy for deciding under any pins: what only depends on the policy is worked out once. */
export function governing(data: PolicyData): (catalogue: Catalogue) => Governed {
  const policyText = canonical(data)
  const policyBlob = sha256(policyText)
  return (catalogue) => {
    const catalogueText = canonical(catalogue)
    const catalogueBlob = sha256(catalogueText)
    const digest = policyDigest(policyBlob, catalogueBlob)
    return {
      policy: load(data, digest),
      catalogue,
      policyDigest: digest,
      policyBlob,
      catalogueBlob,
      blobs: new Map([
        [policyBlob, policyText],
        [catalogueBlob, catalogueText],
      ]),
    }
  }
}
