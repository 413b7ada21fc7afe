import type { CDPSession, Page } from 'playwright-core'

/** Chromium's own authenticator, built into the machine as far as the page can tell (WebAuthn Level 3, section 11). */
export interface VirtualAuthenticator {
  /** Whether whoever touches it is who they should be. */
  setVerified(isVerified: boolean): Promise<void>
  /** How many passkeys it has. */
  count(): Promise<number>
}

/** Of this page, over all addresses that it goes to. */
export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    async setVerified(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
    async count() {
      return (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length
    },
  }
}
