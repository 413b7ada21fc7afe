import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { quote } from '../../document/quote.ts'
import type { OAuthWiring, ServerWiring } from '../wiring.ts'

/** What the connection itself says in these (RFC 9110, MCP transports): what stood here would break it or be lost. */
export const ownHeaders: readonly string[] = [
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'origin',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** That a remote server's headers are said once, in one way, and that it is known how to sign in there. */
export function* checkRemote({ transport, credentials }: ServerWiring, path: Path): Iterable<Fault> {
  if (transport.type !== 'http' && transport.type !== 'sse') return
  const at = [...path, 'transport']
  const seen = new Map<string, string>()
  const headers = Object.keys(transport.headers ?? {}).map((name) => ({
    name,
    path: [...at, 'headers', name],
    on: 'key' as const,
  }))
  const bound = (credentials?.bindings ?? []).map(({ name }, i) => ({
    name,
    path: [...path, 'credentials', 'bindings', i, 'name'],
    on: 'value' as const,
  }))
  for (const { name, ...where } of [...headers, ...bound]) {
    const same = name.toLowerCase()
    const before = seen.get(same)
    // The same name twice among bindings is found where bindings are looked at.
    if (
      before !== undefined &&
      !(before === name && where.on === 'value' && !headers.some((one) => one.name === name))
    ) {
      const message = `header ${quote(name)} is set already, as ${quote(before)}: only one of them would be sent`
      yield { ...where, code: 'duplicate', message }
    }
    if (ownHeaders.includes(same)) {
      yield { ...where, code: 'wrong-value', message: `header ${quote(name)} is set by the connection itself` }
    }
    seen.set(same, before ?? name)
  }
  const authorization = seen.get('authorization')
  if (transport.oauth && authorization !== undefined) {
    const message = `who signs in sends a token as \`authorization\`, and the header ${quote(authorization)} is set too: leave one of them out`
    yield { code: 'duplicate', path: [...at, 'oauth'], on: 'key', message }
  }
  if (transport.oauth) yield* checkOAuth(transport.oauth, [...at, 'oauth'])
}

function* checkOAuth({ clientId, clientSecret, clientMetadataUrl }: OAuthWiring, path: Path): Iterable<Fault> {
  if (clientSecret && clientId === undefined) {
    const message = 'a client secret belongs to a client: say which one'
    yield { code: 'missing-key', path: [...path, 'clientId'], on: 'key', message, expected: ['clientId'] }
  }
  if (clientMetadataUrl === undefined) return
  if (clientId !== undefined) {
    const message = '`clientMetadataUrl` would be the client id, and `clientId` is set too: leave one of them out'
    yield { code: 'duplicate', path: [...path, 'clientMetadataUrl'], on: 'key', message }
  }
  const { protocol, pathname } = new URL(clientMetadataUrl)
  if (protocol !== 'https:' || pathname === '/') {
    const message = '`clientMetadataUrl` is not the address of a client metadata document'
    yield { code: 'wrong-value', path: [...path, 'clientMetadataUrl'], message, expected: ['an https URL with a path'] }
  }
}
