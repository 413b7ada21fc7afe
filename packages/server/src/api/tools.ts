import { z } from '@hono/zod-openapi'
import { within } from '../mcp/face.ts'
import { type ApiRoute, route } from './route.ts'
import { jsonObject, problems } from './schemas.ts'

/** How long the list waits for servers that are starting. Milliseconds. */
const waitMs = 10_000

const tool = z
  .object({
    name: z.string().openapi({ description: '`server:tool`, the target of its calls' }),
    title: z.string().optional(),
    description: z.string().optional(),
    inputSchema: jsonObject,
    outputSchema: jsonObject.optional(),
    annotations: jsonObject.optional(),
  })
  .openapi('Tool')

/** The tools that the caller's executor is shown, as they were pinned. */
export const toolsRoute: ApiRoute = route(
  {
    method: 'get',
    path: '/v1/tools',
    operationId: 'listTools',
    tags: ['Tools'],
    summary: 'The tools that the caller could be allowed to call',
    responses: {
      200: {
        description: 'All of them, by name',
        content: { 'application/json': { schema: z.object({ tools: z.array(tool) }).openapi('Tools') } },
      },
      ...problems(),
    },
  },
  async (c) => {
    const { host, executor } = c.get('caller')
    await within(waitMs, host.observe(executor))
    return c.json({ tools: host.tools(executor).map(({ target, definition }) => ({ ...definition, name: target })) })
  },
)
