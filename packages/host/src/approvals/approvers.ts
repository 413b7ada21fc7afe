import type { HostLayer } from '@ecp/policy'
import type { Passkey } from '@ecp/protocol'

/** Someone whose word counts (`security.approvers`). */
export interface Approver {
  readonly name: string
  /** Ed25519, SPKI in DER, base64url. Missing: no key that they could sign with on a command line. */
  readonly publicKey?: string
  /** What they can sign with in a browser. */
  readonly passkeys: readonly Passkey[]
  readonly groups: readonly string[]
}

/** By name; empty where no layer names any, and then the local operator's word counts, unsigned. */
export type Approvers = ReadonlyMap<string, Approver>

/** Those of the one layer that names approvers. */
export function approversOf(layers: readonly HostLayer[]): Approvers {
  const named = layers.flatMap(({ document }) => Object.entries(document.value.security?.approvers ?? {}))
  return new Map(
    named.map(([name, { publicKey, passkeys = [], groups = [] }]) => [
      name,
      { name, groups, passkeys, ...(publicKey === undefined ? {} : { publicKey }) },
    ]),
  )
}
