import { z } from '@hono/zod-openapi'
import { jsonObject, toldDecision } from '../schemas.ts'

// AuthZEN Authorization API 1.0, 5 (Information Model). Unknown fields are ignored, as it says.
const properties = jsonObject.optional()
const subject = z
  .object({ type: z.string(), id: z.string(), properties })
  .openapi('Subject', { description: 'The caller itself: `{type: "client", id}` or `{type: "principal", id}`' })
const action = z
  .object({ name: z.string(), properties })
  .openapi('AuthZenAction', { description: '`tools/call`, `resources/read` or `prompts/get`' })
const resource = z
  .object({
    type: z.string(),
    id: z.string(),
    properties: z
      .object({ arguments: jsonObject.optional().openapi({ description: 'Of the call; `{}` where they are missing' }) })
      .loose()
      .optional(),
  })
  .openapi('Resource', { description: '`{type: "tool", id: "server:tool"}`; `resource` and `prompt` likewise' })
const context = jsonObject.optional().openapi({ description: 'Accepted, and not looked at' })

/** 6.1 */
export const evaluationRequest = z.object({ subject, action, resource, context }).openapi('EvaluationRequest')
export type EvaluationRequest = z.infer<typeof evaluationRequest>

/** How many evaluations one request may ask for. */
export const maxEvaluations = 100
export const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const

const partialSubject = jsonObject.optional().openapi({ description: 'Default of every evaluation' })
/** 7.1. What the evaluations are is looked at one by one: a wrong one fails alone (7.2.1). */
export const evaluationsRequest = z
  .object({
    subject: partialSubject,
    action: partialSubject,
    resource: partialSubject,
    context: partialSubject,
    evaluations: z
      .array(jsonObject)
      .max(maxEvaluations, { message: `there are more than ${maxEvaluations} evaluations` })
      .optional()
      .openapi({ description: 'Missing or empty: the request is a single one, and so is the answer' }),
    options: z
      .object({ evaluations_semantic: z.enum(semantics).optional() })
      .loose()
      .optional(),
  })
  .openapi('EvaluationsRequest')
export type EvaluationsRequest = z.infer<typeof evaluationsRequest>

/** 5.5 */
export const evaluationAnswer = z
  .object({
    decision: z.boolean().openapi({ description: 'True only for an allow' }),
    context: z
      .object({ ...toldDecision.shape, error: z.object({ status: z.int(), message: z.string() }).optional() })
      .openapi('DecisionContext'),
  })
  .openapi('Evaluation')
export type EvaluationAnswer = z.infer<typeof evaluationAnswer>

/** 7.2 */
export const evaluationsAnswer = z.object({ evaluations: z.array(evaluationAnswer) }).openapi('Evaluations')

/** 9.1 */
export const metadata = z
  .object({
    policy_decision_point: z.url(),
    access_evaluation_endpoint: z.url(),
    access_evaluations_endpoint: z.url(),
  })
  .openapi('AuthZenConfiguration')
