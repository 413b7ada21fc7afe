import type { ActionKind } from '@ecp/protocol'
import { z } from '@hono/zod-openapi'
import { anyJson, jsonObject, toldDecision } from '../schemas.ts'

/**
 * What a program can ask for that performs it itself. Not `plugin.load`, which the host decides when it starts, and not
 * `sampling.create` and `elicitation.create`, which servers ask of a client through the Gate.
 */
export const authorizedKinds = [
  'tool.call',
  'resource.read',
  'prompt.get',
  'completion.get',
  'model.generate',
  'agent.delegate',
  'memory.read',
  'memory.write',
  'human.ask',
] as const satisfies readonly ActionKind[]

/** Strict: a field that is misspelt would be decided as if it were not there. */
export const actionRequest = z
  .strictObject({
    kind: z.enum(authorizedKinds).default('tool.call'),
    target: z
      .string()
      .min(1)
      .max(400)
      .openapi({ description: '`server:tool`, `server:uri`, `server:prompt`, `provider/model`, executor or store' }),
    arguments: anyJson
      .optional()
      .openapi({ description: 'Exactly those that will be used; `{}` where they are missing' }),
    extra: jsonObject.optional().openapi({ description: 'What else is sent with the request, `_meta` among it' }),
    key: z.string().min(1).max(200).optional().openapi({
      description:
        'Names the action in its run. Sent again with the same action, after an answer was lost, it gets the same answer and is counted once, while this process remembers it; once the action is over, 409',
    }),
  })
  .openapi('ActionRequest')

export const actionAnswer = z
  .object({
    id: z.string().openapi({ description: 'Of the action in the ledger, and of its lease' }),
    decision: toldDecision,
    lease: z
      .object({ expiresAt: z.iso.datetime() })
      .optional()
      .openapi({ description: 'Only for an allow: perform it now, and settle it before then' }),
  })
  .openapi('Authorization')

export const outcomeRequest = z
  .strictObject({
    status: z.enum(['completed', 'failed', 'cancelled']),
    result: anyJson.optional(),
    error: z.strictObject({ code: z.string().min(1).max(200), message: z.string().max(10_000) }).optional(),
  })
  .openapi('Outcome')

export const outcomeAnswer = z.object({ id: z.string(), status: outcomeRequest.shape.status }).openapi('Settled')
