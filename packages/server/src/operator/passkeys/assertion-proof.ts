import type { PasskeyProof } from '@ecp/protocol'
import { z } from 'zod'

const base64url = z.string().max(8_192)

/** `AuthenticationResponseJSON` (WebAuthn Level 3, 5.5), of which the rest is not read. */
const assertion = z.object({
  id: base64url,
  response: z.object({ authenticatorData: base64url, clientDataJSON: base64url, signature: base64url }),
})

/** What a browser's assertion proves, to be judged. Undefined for what is none. */
export function assertionProof(given: unknown): PasskeyProof | undefined {
  const { success, data } = assertion.safeParse(given)
  if (!success) return undefined
  const { authenticatorData, clientDataJSON, signature } = data.response
  return { kind: 'webauthn', credentialId: data.id, authenticatorData, clientDataJSON, signature }
}
