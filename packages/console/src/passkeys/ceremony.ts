import { browserSupportsWebAuthn, WebAuthnError } from '@simplewebauthn/browser'
import { ConsoleError } from '../error.ts'

/**
 * Runs what asks the browser for a passkey. Throws `passkey.not-here` where this browser has none, `passkey.wrong-place` where
 * the page's address is none that passkeys work at, `passkey.there-already`, and `passkey.not-given` for everything else: why
 * the person or the authenticator did not, browsers keep to themselves.
 */
export async function ceremony<T>(run: () => Promise<T>): Promise<T> {
  if (!window.isSecureContext) throw wrongPlace()
  if (!browserSupportsWebAuthn()) {
    throw new ConsoleError('passkey.not-here', 0, 'this browser has no passkeys: use another one')
  }
  try {
    return await run()
  } catch (cause) {
    throw refusalOf(cause)
  }
}

function refusalOf(cause: unknown): ConsoleError {
  const code = cause instanceof WebAuthnError ? cause.code : ''
  switch (code) {
    case 'ERROR_INVALID_DOMAIN':
    case 'ERROR_INVALID_RP_ID':
      return wrongPlace()
    case 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED':
      return new ConsoleError('passkey.there-already', 0, 'this authenticator has a passkey of this approver already')
    case 'ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT':
      return new ConsoleError(
        'passkey.not-given',
        0,
        'this authenticator cannot tell who you are: set a PIN, or take another one',
      )
    default:
      return new ConsoleError(
        'passkey.not-given',
        0,
        'the passkey was not used: it was cancelled, refused, or took too long; try again',
      )
  }
}

function wrongPlace(): ConsoleError {
  const message = `passkeys do not work at \`${location.origin}\`: open the link that \`ecp\` printed, with the name in it, not an address`
  return new ConsoleError('passkey.wrong-place', 0, message)
}
