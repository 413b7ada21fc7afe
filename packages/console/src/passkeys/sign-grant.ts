import type { OperatorGrantOptions, OperatorGrantSignature } from '@ecp/protocol'
import { assertionOf } from './assertion.ts'

/**
 * Lets an approver sign a grant exactly as it was shown, with a passkey. Returns what goes into the body of `POST /grants` or
 * `POST /grants/{id}/sign`: nothing where nobody is to sign. Call it from the click or key press itself; nothing is granted yet
 * when it returns. Throws a {@link ConsoleError} `passkey.*` where the approver or the browser has not signed.
 */
export async function signGrant(
  { nonce, publicKey }: OperatorGrantOptions,
  by: string | undefined,
): Promise<OperatorGrantSignature> {
  if (by === undefined || nonce === undefined || publicKey === undefined) return {}
  return { by, nonce, assertion: await assertionOf(publicKey) }
}
