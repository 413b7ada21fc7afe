import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { Caller } from '../../http/caller.ts'
import { ApiError } from '../api-error.ts'
import { checked } from '../checked.ts'
import { evaluate, failed } from './evaluate.ts'
import { type EvaluationAnswer, type EvaluationsRequest, evaluationRequest } from './schemas.ts'

/**
 * Several evaluations (Authorization API 1.0, 7): in their order, and with the semantics that end early no further than the
 * one that ends them. One that is wrong is closed, and the others are made.
 */
export async function evaluateAll(caller: Caller, request: EvaluationsRequest): Promise<readonly EvaluationAnswer[]> {
  const { evaluations = [], options } = request
  const semantic = options?.evaluations_semantic ?? 'execute_all'
  if (semantic === 'execute_all') return Promise.all(evaluations.map((one) => answer(caller, request, one)))
  const last = semantic === 'permit_on_first_permit'
  const answers: EvaluationAnswer[] = []
  for (const one of evaluations) {
    const given = await answer(caller, request, one)
    answers.push(given)
    if (given.decision === last) break
  }
  return answers
}

async function answer(caller: Caller, defaults: EvaluationsRequest, one: JsonObject): Promise<EvaluationAnswer> {
  try {
    return await evaluate(caller, checked(evaluationRequest, completed(defaults, one)))
  } catch (cause) {
    if (cause instanceof ApiError) return failed(cause.status, cause.message)
    throw cause
  }
}

/**
 * An evaluation with the defaults at the top of its request. What it names replaces a default as a whole, `properties` too;
 * only what names the entity (`type`, `id`, `name`) is taken over where it is missing (certification scenario, 3.2.7).
 */
function completed(defaults: EvaluationsRequest, one: JsonObject): JsonObject {
  const names = { subject: ['type', 'id'], action: ['name'], resource: ['type', 'id'], context: [] } as const
  const entities = Object.entries(names).flatMap(([entity, keys]) => {
    const base = defaults[entity as keyof typeof names] // reason: Object.entries forgets the names
    const own = Object.hasOwn(one, entity) ? one[entity] : base
    if (own === undefined) return []
    if (!isJsonObject(own) || base === undefined) return [[entity, own]]
    const taken = keys.filter((key) => Object.hasOwn(base, key)).map((key) => [key, base[key]])
    return [[entity, { ...Object.fromEntries(taken), ...own }]]
  })
  return Object.fromEntries(entities) as JsonObject // reason: made of JSON
}
