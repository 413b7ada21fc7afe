import { OpenAPIHono } from '@hono/zod-openapi'
import { triggerDescription } from '../runs/trigger-description.ts'
import { metadataRoute } from './authzen/routes.ts'
import type { ApiRoute } from './route.ts'

/** Where the API describes itself. */
export const openApiPath = '/v1/openapi.json'

/** The API as an OpenAPI 3.1 document, made from the schemas that it reads requests with. Says nothing of this machine. */
export function openApiDocument(routes: readonly ApiRoute[]) {
  const app = new OpenAPIHono()
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of `ecp clients add`, or a JWT of an issuer that the operator names',
  })
  for (const { description } of routes) registry.registerPath(description)
  // Answered before authentication, elsewhere.
  registry.registerPath(triggerDescription)
  registry.registerPath({
    ...metadataRoute,
    responses: metadataRoute.responses,
    security: [],
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'ECP',
      version: '1',
      description:
        'Decisions, actions and runs of one client of `ecp serve`. What ECP decides here it does not perform: the asking program does, and must obey.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
  })
}
