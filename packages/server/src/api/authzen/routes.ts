import { checked } from '../checked.ts'
import { jsonBody } from '../json-body.ts'
import { type ApiRoute, route } from '../route.ts'
import { problems } from '../schemas.ts'
import { evaluate } from './evaluate.ts'
import { evaluateAll } from './evaluate-all.ts'
import { metadataPath } from './metadata.ts'
import { evaluationAnswer, evaluationRequest, evaluationsAnswer, evaluationsRequest, metadata } from './schemas.ts'

const tags = ['AuthZEN']
const json = <T>(schema: T) => ({ 'application/json': { schema } })

/** AuthZEN Authorization API 1.0. A wrong content type is 400 there, and not 415. */
export const authzenRoutes: readonly ApiRoute[] = [
  route(
    {
      method: 'post',
      path: '/access/v1/evaluation',
      operationId: 'evaluate',
      tags,
      summary: 'Would an action of the caller be allowed? Advice: nothing is reserved, held or recorded',
      request: { body: { required: true, content: json(evaluationRequest) } },
      responses: { 200: { description: 'The decision', content: json(evaluationAnswer) }, ...problems(400, 413) },
    },
    async (c) => {
      const request = checked(evaluationRequest, await jsonBody(c.req.raw, 400))
      return c.json(await evaluate(c.get('caller'), request))
    },
  ),
  route(
    {
      method: 'post',
      path: '/access/v1/evaluations',
      operationId: 'evaluateAll',
      tags,
      summary: 'The same for several actions at once',
      request: { body: { required: true, content: json(evaluationsRequest) } },
      responses: {
        200: {
          description: 'The decisions in the order of the evaluations; a single one where there were none',
          content: json(evaluationsAnswer.or(evaluationAnswer)),
        },
        ...problems(400, 413),
      },
    },
    async (c) => {
      const caller = c.get('caller')
      const body = await jsonBody(c.req.raw, 400)
      const request = checked(evaluationsRequest, body)
      if (!request.evaluations?.length) return c.json(await evaluate(caller, checked(evaluationRequest, body)))
      return c.json({ evaluations: await evaluateAll(caller, request) })
    },
  ),
]

/** Answered before authentication, by `authzenConfiguration`. */
export const metadataRoute = {
  method: 'get',
  path: metadataPath,
  operationId: 'authzenConfiguration',
  tags,
  summary: 'Where the AuthZEN endpoints are',
  security: [],
  responses: { 200: { description: 'Metadata of the policy decision point', content: json(metadata) } },
} as const
