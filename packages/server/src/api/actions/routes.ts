import type { Settlement } from '@ecp/host'
import type { Caller } from '../../http/caller.ts'
import { ApiError } from '../api-error.ts'
import { checked } from '../checked.ts'
import { jsonBody } from '../json-body.ts'
import { type ApiRoute, parameter, route } from '../route.ts'
import { problems } from '../schemas.ts'
import { toldDecision } from '../told-decision.ts'
import { KeyedActions } from './keyed.ts'
import { actionAnswer, actionRequest, outcomeAnswer, outcomeRequest } from './schemas.ts'

export interface ActionOptions {
  /** Settles a lease of the caller; false where there is none. */
  settle(caller: Caller, id: string, settlement: Settlement): Promise<boolean>
  now(): number
}

const tags = ['Actions']
const json = <T>(schema: T) => ({ 'application/json': { schema } })

/** Actions that the asking program performs itself: decided, recorded and counted, with a lease until it says what came of it. */
export function actionRoutes({ settle, now }: ActionOptions): readonly ApiRoute[] {
  const keyed = new KeyedActions(now)
  return [
    route(
      {
        method: 'post',
        path: '/v1/actions',
        operationId: 'authorize',
        tags,
        summary: 'Decides an action that the caller will perform itself, and counts it',
        request: { body: { required: true, content: json(actionRequest) } },
        responses: {
          200: { description: 'Decided, and on record', content: json(actionAnswer) },
          ...problems(400, 409, 413, 415),
        },
      },
      async (c) => {
        const caller = c.get('caller')
        const request = checked(actionRequest, await jsonBody(c.req.raw, 415))
        const { kind, target, arguments: given = {}, extra, key } = request
        const { actionId, decision, lease } = await keyed.authorize(caller.host, {
          kind,
          target,
          arguments: given,
          ...(extra ? { extra } : {}),
          ...(key === undefined ? {} : { key }),
          executor: caller.executor,
          origin: 'api',
        })
        return c.json({
          id: actionId,
          decision: toldDecision(caller, { kind, target }, decision),
          ...(lease ? { lease: { expiresAt: new Date(lease.expiresAt).toISOString() } } : {}),
        })
      },
    ),
    route(
      {
        method: 'post',
        path: '/v1/actions/{id}/outcome',
        operationId: 'settle',
        tags,
        summary: 'Says what came of an allowed action, once',
        request: {
          params: actionAnswer.pick({ id: true }),
          body: { required: true, content: json(outcomeRequest) },
        },
        responses: {
          200: { description: 'On record', content: json(outcomeAnswer) },
          ...problems(400, 404, 413, 415),
        },
      },
      async (c) => {
        const caller = c.get('caller')
        const id = parameter(c, 'id')
        const { status, result, error } = checked(outcomeRequest, await jsonBody(c.req.raw, 415))
        const settlement = { status, ...(result === undefined ? {} : { result }), ...(error ? { error } : {}) }
        // One answer for a lease that is unknown, somebody else's, settled or expired.
        if (!(await settle(caller, id, settlement))) {
          throw new ApiError(404, 'action.no-lease', 'no lease of yours is open under this id')
        }
        await keyed.settled(caller.host, id)
        return c.json({ id, status })
      },
    ),
  ]
}
