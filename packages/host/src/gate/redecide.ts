import { digestOf } from '@ecp/ledger'
import { redecide } from '@ecp/policy'
import { canonical, type RecordBodies } from '@ecp/protocol'
import { HostError } from '../error.ts'

/**
 * The canonical bytes of a recorded decision, made again from the blobs recorded with it: what `Ledger.verify` compares.
 * Throws `host.refused` when a blob is missing.
 */
export function redecideRecorded(
  decided: RecordBodies['action.decided'],
  blob: (digest: string) => string | undefined,
): string {
  const policyText = blob(decided.policy)
  const catalogueText = blob(decided.catalogue)
  if (policyText === undefined || catalogueText === undefined) {
    throw new HostError('host.refused', 'the policy or the catalogue that it was decided from is not in the ledger')
  }
  return canonical(redecide(policyText, catalogueText, policyDigest(decided.policy, decided.catalogue), decided))
}

/** sha-256 over the two digests that name everything that decisions come from. */
export function policyDigest(policyBlob: string, catalogueBlob: string): string {
  return digestOf({ policy: policyBlob, catalogue: catalogueBlob })
}
