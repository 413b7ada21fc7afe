import type { JsonObject } from '@ecp/protocol'

const wellKnown = '/.well-known/oauth-protected-resource'

/** What tells a client without a token where to get one (RFC 9728). */
export interface ProtectedResource {
  /** Where the metadata is served: the well-known path with that of the resource after it (section 3.1). */
  readonly path: string
  /** The document at {@link path} (section 2). */
  readonly metadata: JsonObject
  /** The value of `WWW-Authenticate` (section 5.1; RFC 6750, section 3) for who sends no token, or one that is not good. */
  challenge(token: 'missing' | 'refused'): string
}

/** The metadata of a resource, by the URL that clients use for it, whose tokens these authorization servers issue. */
export function protectedResource(resource: URL, issuers: readonly string[]): ProtectedResource {
  const { origin, pathname } = resource
  const at = pathname === '/' ? '' : pathname
  const path = `${wellKnown}${at}`
  return {
    path,
    metadata: {
      resource: `${origin}${at}`,
      ...(issuers.length > 0 ? { authorization_servers: [...issuers] } : {}),
      bearer_methods_supported: ['header'],
    },
    challenge: (token) => {
      // Who sent no token is told of no error (RFC 6750, 3.1). A URL holds neither quote nor backslash.
      const error = token === 'refused' ? 'error="invalid_token", ' : ''
      return `Bearer ${error}resource_metadata="${origin}${path}"`
    },
  }
}
