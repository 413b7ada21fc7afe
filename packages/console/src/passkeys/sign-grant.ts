import type { JsonObject, OperatorGrantOptions, OperatorGrantSignature } from '@ecp/protocol'
import { type PublicKeyCredentialRequestOptionsJSON, startAuthentication } from '@simplewebauthn/browser'
import { ceremony } from './ceremony.ts'

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
  const optionsJSON = publicKey as unknown as PublicKeyCredentialRequestOptionsJSON // reason: the server of the same version says so
  const assertion = await ceremony(() => startAuthentication({ optionsJSON }))
  return { by, nonce, assertion: { ...assertion } as unknown as JsonObject } // reason: it is made of JSON (WebAuthn Level 3, 5.5)
}
