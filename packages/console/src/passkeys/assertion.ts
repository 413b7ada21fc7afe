import type { JsonObject } from '@ecp/protocol'
import { type PublicKeyCredentialRequestOptionsJSON, startAuthentication } from '@simplewebauthn/browser'
import { ceremony } from './ceremony.ts'

/**
 * Has the browser sign with a passkey what `publicKey` asks for (`PublicKeyCredentialRequestOptionsJSON`, WebAuthn Level 3, 5.6), in
 * its own dialogue. Returns an `AuthenticationResponseJSON` (5.5). Throws a {@link ConsoleError} `passkey.*` where it was not signed.
 */
export async function assertionOf(publicKey: JsonObject): Promise<JsonObject> {
  const optionsJSON = publicKey as unknown as PublicKeyCredentialRequestOptionsJSON // reason: the server of the same version says so
  const assertion = await ceremony(() => startAuthentication({ optionsJSON }))
  return { ...assertion } as unknown as JsonObject // reason: it is made of JSON (WebAuthn Level 3, 5.5)
}
