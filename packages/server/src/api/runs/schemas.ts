import { settlements } from '@ecp/protocol'
import { z } from '@hono/zod-openapi'
import { anyJson, toldDecision } from '../schemas.ts'

/** How many runs one page has at most. */
export const maxPage = 100

export const runSchema = z
  .object({
    id: z.string(),
    context: z.object({ name: z.string(), version: z.string() }),
    executor: z.string(),
    status: z.string().openapi({ description: '`running` until it was ended' }),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    actions: z.int(),
    denied: z.int(),
    inFlight: z.int(),
  })
  .openapi('Run')

export const runsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(maxPage).default(50),
  cursor: z.string().max(200).optional().openapi({ description: '`nextCursor` of the page before' }),
  status: z.string().min(1).max(40).optional(),
})

export const runsAnswer = z.object({ runs: z.array(runSchema), nextCursor: z.string().optional() }).openapi('Runs')

const time = { startedAt: z.string(), endedAt: z.string().optional(), durationMs: z.number().optional() }
const span = z
  .object({
    id: z.string(),
    parentId: z.string().optional(),
    type: z.string(),
    executorName: z.string(),
    ...time,
    step: z.int(),
    model: z.string().optional(),
    output: anyJson.optional(),
    tokens: z.object({ prompt: z.number(), completion: z.number(), total: z.number() }).optional(),
    toolName: z.string().optional(),
    toolArgs: anyJson.optional(),
    toolResult: anyJson.optional(),
    toolIsError: z.boolean().optional(),
    target: z.string().optional(),
    arguments: anyJson.optional(),
    error: z.string().optional(),
    actionId: z.string().optional(),
    status: z.string().optional(),
    settled: z.enum(settlements).optional(),
    origin: z.string().optional(),
    enforcement: z.enum(['performed', 'authorized', 'rehearsed']).optional(),
    decision: toldDecision.optional(),
  })
  .openapi('Span')
export const traceSchema = z
  .object({
    executionId: z.string(),
    contextName: z.string().optional(),
    contextVersion: z.string().optional(),
    strategy: z.string().optional(),
    ...time,
    success: z.boolean(),
    error: z.string().optional(),
    spans: z.array(span),
  })
  .openapi('Trace')
