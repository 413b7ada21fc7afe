import { codes, isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { z } from '@hono/zod-openapi'

/**
 * A JSON object that is handed on as it was sent. Not a zod record: that drops a key `__proto__`, and what is decided must be
 * what was sent.
 */
export const jsonObject = z
  .custom<JsonObject>(isJsonObject, { message: 'expected an object' })
  .openapi({ type: 'object', additionalProperties: true })

/** Any JSON value, handed on as it was sent. */
export const anyJson = z
  .custom<Json | undefined>(() => true)
  .openapi({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'], description: 'Any JSON value' })

const codeNames = Object.keys(codes) as [keyof typeof codes] // reason: Object.keys forgets the names
const code = z.enum(codeNames).openapi('DecisionCode')

export const toldDecision = z
  .object({
    effect: z
      .enum(['allow', 'deny', 'hold', 'propose'])
      .openapi({ description: '`hold`: a person must approve it first. `propose`: written down, not to be executed' }),
    codes: z.array(code).openapi({ description: 'Why, each code once' }),
    reasons: z
      .array(z.object({ code, message: z.string() }))
      .openapi({ description: 'What can be done about each ground; empty for an allow' }),
  })
  .openapi('Decision')

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().openapi({ description: 'What happened, where, and what to do' }),
    code: z.string().openapi({ description: 'Stable, for programs' }),
  })
  .openapi('Problem', { description: 'Every error of this API (RFC 9457)' })

/** The error answers of a route, by status. */
export function problems(...statuses: readonly number[]) {
  const all = [...new Set([...statuses, 401, 403, 429, 500, 503])].sort()
  const content = { 'application/problem+json': { schema: problemSchema } }
  return Object.fromEntries(all.map((status) => [status, { description: descriptions[status] ?? 'Error', content }]))
}

const descriptions: Readonly<Record<number, string>> = {
  400: 'The request is not what this route takes',
  401: 'No token, or one that is not valid here',
  403: 'Not for this caller',
  404: 'Not there, or not this caller’s',
  409: 'The key is taken, or its action is over',
  413: 'Too large',
  415: 'Not `application/json`',
  429: 'Too many requests of this client at a time',
  500: 'The request failed here',
  503: 'Nothing can be recorded or decided now, or ecp is stopping',
}
