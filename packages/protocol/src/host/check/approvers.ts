import type { Fault } from '../../document/diagnostic.ts'
import { quote } from '../../document/quote.ts'
import type { Passkey, Security } from '../security.ts'

/** That each approver has a key, that no key is that of two (a quorum counts people), and that passkeys can be used at all. */
export function* checkApprovers(approvers: NonNullable<Security['approvers']>): Iterable<Fault> {
  const owners = new Map<string, string>()
  for (const [name, { publicKey, passkeys }] of Object.entries(approvers)) {
    const path = ['security', 'approvers', name]
    if (publicKey === undefined && passkeys === undefined) {
      const message = `approver ${quote(name)} has no key to sign with`
      const expected = ['publicKey', 'passkeys']
      yield { code: 'missing-key', path: [...path, 'publicKey'], on: 'key', message, expected }
    }
    const keys = [
      ...(publicKey === undefined ? [] : [{ key: publicKey, at: [...path, 'publicKey'] }]),
      ...(passkeys ?? []).flatMap((passkey, index) => [
        { key: passkey.id, at: [...path, 'passkeys', index, 'id'] },
        { key: passkey.publicKey, at: [...path, 'passkeys', index, 'publicKey'] },
      ]),
    ]
    for (const { key, at } of keys) {
      const before = owners.get(key)
      if (before !== undefined) {
        const message = `this is a key of approver ${quote(before)} already: two names for one key would count twice`
        yield { code: 'duplicate', path: at, message }
      }
      owners.set(key, name)
    }
    for (const [index, passkey] of (passkeys ?? []).entries()) {
      for (const [at, origin] of passkey.origins.entries()) {
        const fault = originFault(origin, passkey)
        if (fault) yield { code: 'wrong-value', path: [...path, 'passkeys', index, 'origins', at], ...fault }
      }
    }
  }
}

/** Where a browser lets a page use a passkey of this domain (WebAuthn Level 3, sections 5.1.4.1 and 13.4.9). */
function originFault(origin: string, { rpId }: Passkey): Pick<Fault, 'message' | 'expected'> | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url?.origin !== origin) {
    return { message: `${quote(origin)} is not an origin`, expected: [`https://${rpId}`, `http://localhost:7391`] }
  }
  const { protocol, hostname } = url
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) {
    const message = `browsers let no page of ${quote(origin)} use passkeys`
    return { message, expected: ['an https origin', 'an http origin of localhost'] }
  }
  if (hostname === rpId || hostname.endsWith(`.${rpId}`)) return undefined
  return {
    message: `${quote(origin)} is not in the domain ${quote(rpId)} of the passkey`,
    expected: [`https://${rpId}`],
  }
}
