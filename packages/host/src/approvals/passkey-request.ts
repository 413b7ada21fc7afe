import type { JsonObject } from '@ecp/protocol'
import type { Approver } from './approvers.ts'
import type { PasskeyPlace } from './passkey-registration.ts'

/**
 * `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, 5.6): what the browser of an approver is asked to sign on a page of
 * this place. Undefined for one who has no passkey there: what it signed would not count.
 */
export function passkeyRequest(
  { passkeys }: Pick<Approver, 'passkeys'>,
  { origin, rpId }: PasskeyPlace,
  challenge: string,
  timeoutMs: number,
): JsonObject | undefined {
  const usable = passkeys.filter((passkey) => passkey.origins.includes(origin))
  // One request is for one domain: that of the place, where there is a passkey for it.
  const asked = (usable.find((passkey) => passkey.rpId === rpId) ?? usable[0])?.rpId
  if (asked === undefined) return undefined
  const allowed = usable.filter((passkey) => passkey.rpId === asked)
  return {
    challenge,
    rpId: asked,
    timeout: timeoutMs,
    userVerification: 'required',
    allowCredentials: allowed.map(({ id }) => ({ id, type: 'public-key' })),
  }
}
