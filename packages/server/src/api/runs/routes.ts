import type { RunSummary } from '@ecp/ledger'
import type { Caller } from '../../http/caller.ts'
import { ApiError } from '../api-error.ts'
import { checked } from '../checked.ts'
import { type ApiRoute, parameter, route } from '../route.ts'
import { problems } from '../schemas.ts'
import { ownTrace } from './own-trace.ts'
import { runSchema, runsAnswer, runsQuery, traceSchema } from './schemas.ts'

const tags = ['Runs']
const json = <T>(schema: T) => ({ 'application/json': { schema } })
const params = runSchema.pick({ id: true })

/**
 * The caller's own runs: those of its client and its principal; any other one does not exist here. There is no route that ends
 * a run: the next action would begin another one, with its budgets full again, and that is the operator's to grant.
 */
export const runRoutes: readonly ApiRoute[] = [
  route(
    {
      method: 'get',
      path: '/v1/runs',
      operationId: 'listRuns',
      tags,
      summary: 'The caller’s runs, the newest first',
      request: { query: runsQuery },
      responses: { 200: { description: 'A page of them', content: json(runsAnswer) }, ...problems(400) },
    },
    async (c) => {
      const caller = c.get('caller')
      const { limit, cursor, status } = checked(runsQuery, c.req.query())
      const { ledger } = caller.host
      if (cursor !== undefined && !isOwn(caller, ledger.run(cursor))) {
        throw new ApiError(400, 'request.invalid', '`cursor` is not one that this list gave')
      }
      const found = ledger.runsOf({
        client: caller.client,
        principal: caller.principal,
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(status === undefined ? {} : { status }),
      })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return c.json({ runs: page.map(shown), ...(found.length > limit && last ? { nextCursor: last.run } : {}) })
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/runs/{id}',
      operationId: 'getRun',
      tags,
      summary: 'One run',
      request: { params },
      responses: { 200: { description: 'The run', content: json(runSchema) }, ...problems(404) },
    },
    async (c) => c.json(shown(own(c.get('caller'), parameter(c, 'id')))),
  ),
  route(
    {
      method: 'get',
      path: '/v1/runs/{id}/trace',
      operationId: 'getTrace',
      tags,
      summary: 'What was asked in a run, what was decided, and what came of it',
      request: { params },
      responses: { 200: { description: 'Its trace', content: json(traceSchema) }, ...problems(404, 413) },
    },
    async (c) => {
      const caller = c.get('caller')
      const { run } = own(caller, parameter(c, 'id'))
      return c.json(await ownTrace(caller, run))
    },
  ),
]

/** Throws `run.unknown`. */
function own(caller: Caller, id: string): RunSummary {
  const run = caller.host.ledger.run(id)
  if (isOwn(caller, run)) return run
  throw new ApiError(404, 'run.unknown', 'you have no run of this id')
}

function isOwn({ client, principal }: Caller, run: RunSummary | undefined): run is RunSummary {
  return run?.start.client === client && run.start.principal === principal
}

function shown({ run, start, status, startedAt, endedAt, actions, denied, inFlight }: RunSummary) {
  const { name, version } = start.context
  return {
    id: run,
    context: { name, version },
    executor: start.executor,
    status,
    startedAt: new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    actions,
    denied,
    inFlight,
  }
}
