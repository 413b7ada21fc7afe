import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import type { HostConfig } from '../config.ts'

/** That addresses are https, or http to this machine, and hold no user or password. */
export function* checkUrls(config: HostConfig): Iterable<Fault> {
  for (const [name, { transport }] of Object.entries(config.tools?.servers ?? {})) {
    if (transport.type !== 'http' && transport.type !== 'sse') continue
    yield* checkUrl(transport.url, ['tools', 'servers', name, 'transport', 'url'])
  }
  for (const [name, endpoint] of Object.entries(config.agents?.endpoints ?? {})) {
    const path = ['agents', 'endpoints', name]
    if (typeof endpoint === 'string') yield* checkUrl(endpoint, path)
    else yield* checkUrl(endpoint.url, [...path, 'url'])
  }
  for (const [name, { issuer, jwksUri }] of Object.entries(config.gateway?.issuers ?? {})) {
    const path = ['gateway', 'issuers', name]
    yield* checkUrl(issuer, [...path, 'issuer'])
    if (jwksUri !== undefined) yield* checkUrl(jwksUri, [...path, 'jwksUri'])
  }
  for (const [name, { url }] of Object.entries(config.gateway?.approvals?.webhooks ?? {})) {
    yield* checkUrl(url, ['gateway', 'approvals', 'webhooks', name, 'url'])
  }
  for (const [id, provider] of Object.entries(config.models?.providers ?? {})) {
    const base = provider.config?.baseURL
    if (base !== undefined) yield* checkUrl(base, ['models', 'providers', id, 'config', 'baseURL'])
  }
}

// Values are not shown: a URL may hold a token in its query.
function* checkUrl(value: unknown, path: Path): Iterable<Fault> {
  const url = typeof value === 'string' ? parsed(value) : undefined
  if (!url) {
    yield { code: 'wrong-value', path, message: `\`${path.at(-1)}\` is not a URL`, expected: ['an https URL'] }
    return
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'a user or password in a URL ends in logs: bind it as a secret'
    yield { code: 'wrong-value', path, message, expected: ['credentials.bindings with delivery: header'] }
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return
  const message = `\`${url.protocol}//${url.hostname}\` is neither https nor http to this machine`
  yield { code: 'wrong-value', path, message, expected: ['an https URL', 'an http URL of localhost or 127.0.0.1'] }
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** Whether a host name as `URL` writes it means this machine (RFC 6761 localhost, 127/8, ::1). */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  )
}
