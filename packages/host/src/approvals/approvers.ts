import type { HostLayer } from '@ecp/policy'

/** Someone whose word counts (`security.approvers`). */
export interface Approver {
  readonly name: string
  /** Ed25519, SPKI in DER, base64url. Missing: nothing that they could sign with. */
  readonly publicKey?: string
  readonly groups: readonly string[]
}

/** By name; empty where no layer names any, and then the local operator's word counts, unsigned. */
export type Approvers = ReadonlyMap<string, Approver>

/** Those of the one layer that names approvers. */
export function approversOf(layers: readonly HostLayer[]): Approvers {
  const named = layers.flatMap(({ document }) => Object.entries(document.value.security?.approvers ?? {}))
  return new Map(
    named.map(([name, { publicKey, groups = [] }]) => [
      name,
      { name, groups, ...(publicKey === undefined ? {} : { publicKey }) },
    ]),
  )
}
