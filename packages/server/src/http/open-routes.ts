import { Hono } from 'hono'
import { authzenConfiguration, metadataPath } from '../api/authzen/metadata.ts'
import { apiDescription } from '../api/create-api.ts'
import { openApiPath } from '../api/openapi.ts'
import { protectedResource } from '../credentials/protected-resource.ts'

export interface OpenRoutesOptions {
  /** How clients reach this server: `gateway.url`, or the name that they ask for. */
  base(request: Request): string
  /** Authorization servers whose tokens are taken. */
  issuers(): readonly string[]
}

/** What anybody may read: where to get a token, and what the API is. It says nothing of this machine. */
export function openRoutes({ base, issuers }: OpenRoutesOptions): Hono {
  const app = new Hono()
  let description: string | undefined
  app.get(metadataPath, (c) => c.json(authzenConfiguration(base(c.req.raw))))
  app.get(openApiPath, (c) => {
    description ??= JSON.stringify(apiDescription())
    return c.body(description, 200, { 'content-type': 'application/json' })
  })
  for (const path of ['', mcpPath]) {
    app.get(`/.well-known/oauth-protected-resource${path}`, (c) => {
      // Without an issuer there is nowhere to get one.
      if (issuers().length === 0) return c.notFound()
      return c.json(protectedResource(new URL(path || '/', base(c.req.raw)), issuers()).metadata)
    })
  }
  return app
}

export const mcpPath = '/mcp'

/** What a client that is not let in is told of how to be (`WWW-Authenticate`). */
export function challengeTo(request: Request, token: 'missing' | 'refused', options: OpenRoutesOptions): string {
  if (options.issuers().length === 0) return token === 'refused' ? 'Bearer error="invalid_token"' : 'Bearer'
  const path = new URL(request.url).pathname === mcpPath ? mcpPath : '/'
  return protectedResource(new URL(path, options.base(request)), options.issuers()).challenge(token)
}
