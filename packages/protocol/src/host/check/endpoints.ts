import { duplicates } from '../../context/check/scope.ts'
import type { Fault } from '../../document/diagnostic.ts'
import { quote } from '../../document/quote.ts'
import type { HostConfig } from '../config.ts'
import { ownHeaders } from './remote.ts'

/** That agents elsewhere get their secrets as headers, each once, and none that the connection itself sets. */
export function* checkEndpoints(config: HostConfig): Iterable<Fault> {
  for (const [name, endpoint] of Object.entries(config.agents?.endpoints ?? {})) {
    if (typeof endpoint === 'string') continue
    const path = ['agents', 'endpoints', name, 'credentials', 'bindings']
    const bindings = endpoint.credentials?.bindings ?? []
    const named = bindings.map((one, i) => ({ name: one.name.toLowerCase(), path: [...path, i, 'name'] }))
    yield* duplicates('binding', named)
    for (const [i, { name: header, delivery }] of bindings.entries()) {
      if (delivery === 'env') {
        const message = 'an agent elsewhere gets no secret by `env`'
        yield { code: 'wrong-value', path: [...path, i, 'delivery'], message, expected: ['header'] }
      }
      if (ownHeaders.includes(header.toLowerCase()) || /^(?:x-)?a2a-/i.test(header)) {
        const message = `header ${quote(header)} is set by the connection itself`
        yield { code: 'wrong-value', path: [...path, i, 'name'], message }
      }
    }
  }
}
