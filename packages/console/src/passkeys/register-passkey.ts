import type {
  JsonObject,
  PasskeyRegistration,
  PasskeyRegistrationOptions,
  PasskeyRegistrationStart,
} from '@ecp/protocol'
import { type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser'
import { post } from '../api/ask.ts'
import { ceremony } from './ceremony.ts'

/** What a registration link is for. Throws a {@link ConsoleError} for one that is over. */
export function registrationOf(code: string): Promise<PasskeyRegistrationOptions> {
  return post<PasskeyRegistrationOptions>('/passkeys/registration/options', { code } satisfies PasskeyRegistrationStart)
}

/**
 * Has the browser make the passkey that a registration link is for, and hands it to the host; the command that printed the link
 * goes on then. Throws a {@link ConsoleError}: of the API, or `passkey.*` where no passkey was made, and the link still works.
 */
export async function registerPasskey(code: string, { publicKey }: PasskeyRegistrationOptions): Promise<void> {
  const optionsJSON = publicKey as unknown as PublicKeyCredentialCreationOptionsJSON // reason: the server of the same version says so
  const made = await ceremony(() => startRegistration({ optionsJSON }))
  const credential = { ...made } as unknown as JsonObject // reason: it is made of JSON (WebAuthn Level 3, 5.1.8)
  await post('/passkeys/registration', { code, credential } satisfies PasskeyRegistration)
}
