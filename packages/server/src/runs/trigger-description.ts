import { type RouteConfig, z } from '@hono/zod-openapi'
import { jsonObject, problems } from '../api/schemas.ts'

export const triggersPath = '/v1/triggers'

const taken = z.object({ run: z.string(), started: z.boolean() }).openapi('TriggeredRun')
const json = <T>(schema: T) => ({ 'application/json': { schema } })
const header = (description: string) => z.string().openapi({ description })

/** How `triggerRoutes` is described. Answered before authentication: who sends a message is no client, and signs it. */
export const triggerDescription: RouteConfig = {
  method: 'post',
  path: `${triggersPath}/{name}`,
  operationId: 'trigger',
  tags: ['Triggers'],
  summary:
    'A message that starts a run, signed as Standard Webhooks 1.0 has it; below its name may stand the path that the trigger of its Context names',
  security: [],
  request: {
    params: z.object({ name: z.string().openapi({ description: 'Of the run in `gateway.runs`' }) }),
    headers: z.object({
      'webhook-id': header('Names the message: sent again it starts nothing'),
      'webhook-timestamp': header('When it was signed, in seconds since the epoch; five minutes off at most'),
      'webhook-signature': header(
        '`v1,` and the HMAC-SHA256 over id, time and body, in base64; several with spaces between',
      ),
    }),
    body: { required: true, content: json(jsonObject.openapi({ description: 'The inputs of the run, by name' })) },
  },
  responses: {
    202: { description: 'The run was started, or waits for its turn', content: json(taken) },
    200: { description: 'This message was taken before, and started this run', content: json(taken) },
    ...problems(400, 409, 413, 415),
  },
}
