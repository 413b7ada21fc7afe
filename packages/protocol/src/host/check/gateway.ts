import type { Fault } from '../../document/diagnostic.ts'
import { quote } from '../../document/quote.ts'
import type { HostConfig } from '../config.ts'

/** That each issuer is wired once, in the form that RFC 8414 gives it: what is in doubt would be decided by an order. */
export function* checkGateway({ gateway }: HostConfig): Iterable<Fault> {
  const known = new Map<string, string>()
  for (const [name, { issuer }] of Object.entries(gateway?.issuers ?? {})) {
    const path = ['gateway', 'issuers', name, 'issuer']
    const before = known.get(issuer)
    if (before !== undefined) {
      const message = `this issuer is wired already, as ${quote(before)}: list all audiences and entries there`
      yield { code: 'duplicate', path, message }
    }
    known.set(issuer, name)
    if (/[?#]/.test(issuer)) {
      const message = 'an issuer has neither query nor fragment (RFC 8414, section 2)'
      yield { code: 'wrong-value', path, message, expected: ['what its tokens say in `iss`'] }
    }
  }
}
