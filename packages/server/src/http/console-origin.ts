import { isLoopback } from './listen-address.ts'

/**
 * Where a person finds the console that is served at a place (`http://127.0.0.1:7391`). On this machine by the name `localhost`: a
 * passkey belongs to a domain name, and an address is none (WebAuthn, 5.1.2).
 */
export function consoleOrigin(place: string): string {
  const { hostname, port } = new URL(place)
  const host = hostname.replace(/^\[|\]$/g, '')
  return isLoopback(host) || host === '0.0.0.0' || host === '::' ? `http://localhost:${port}` : place
}
