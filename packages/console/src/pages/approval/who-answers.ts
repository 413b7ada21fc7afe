import type { OperatorApproval, OperatorState } from '@ecp/protocol'

/** Who can answer here, and how much that is worth. */
export type WhoAnswers =
  /** Nobody is configured: whoever runs programs as this user. `worth`: a sentence. */
  | { readonly kind: 'unsigned'; readonly worth: string }
  /** These, each with a passkey. */
  | { readonly kind: 'passkey'; readonly names: readonly string[] }
  /** These, each with a key on a terminal and none for a browser. */
  | { readonly kind: 'terminal'; readonly names: readonly string[] }
  /** The terms name approvers, and none of them is configured. */
  | { readonly kind: 'nobody' }

export function whoAnswers({ approvers }: OperatorApproval, host: OperatorState): WhoAnswers {
  if (approvers.length === 0) {
    return host.unsigned === undefined ? { kind: 'nobody' } : { kind: 'unsigned', worth: host.unsigned }
  }
  const keysOf = new Map(host.approvers.map(({ name, keys }) => [name, keys]))
  const names = approvers.filter((name) => keysOf.get(name)?.includes('passkey'))
  return names.length > 0 ? { kind: 'passkey', names } : { kind: 'terminal', names: approvers }
}
