import type { PasskeyPlace } from '@ecp/host'

/**
 * Where passkeys of this server's console are made and used, by the origin that its links begin with. Nothing where browsers let no
 * page use passkeys: an address in place of a name, or http to another machine (WebAuthn Level 3, 5.1.4.1 and 13.4.9).
 */
export function passkeyPlace(base: string): PasskeyPlace | undefined {
  const { origin, protocol, hostname } = new URL(base)
  const isName = /[a-z]/.test(hostname) && !hostname.startsWith('[')
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (!isName || (protocol !== 'https:' && !isLocal)) return undefined
  return { origin, rpId: hostname }
}
