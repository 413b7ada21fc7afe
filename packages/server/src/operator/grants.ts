import { endGrant, grantStandingOf, isGrantOpen, newGrant, refuseOverGrant } from '@ecp/host'
import type { Grant } from '@ecp/ledger'
import type { OperatorGrants } from '@ecp/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { checked } from '../api/checked.ts'
import { jsonBody } from '../api/json-body.ts'
import { knownApproval } from './approval-routes.ts'
import { deskOf, given, grantOptions, grantRequest, joined, signature, wishRequest } from './grants-given.ts'
import { shownGrant } from './grants-shown.ts'
import type { OperatorDesk, OperatorEnv } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { pageOf, paging } from './paging.ts'

const listQuery = z.object({ state: z.enum(['open', 'all']).default('open'), ...paging })
const signOptions = z.strictObject({ by: z.string().max(200) })
const signRequest = z.strictObject(signature)

/** What may happen without asking each time. */
export function grantRoutes(desk: OperatorDesk): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  const standing = (grant: Grant) => grantStandingOf(grant, deskOf(desk).approvers, desk.now())
  app.get('/grants', (c) => c.json(listed(desk, checked(listQuery, c.req.query()))))
  app.post('/grants/options', async (c) => {
    const { approval, by, ...wish } = checked(wishRequest, await jsonBody(c.req.raw, 415))
    return c.json(grantOptions(desk, newGrant(knownApproval(desk, approval), wish, desk.now()), by))
  })
  app.post('/grants', async (c) => {
    const request = checked(grantRequest, await jsonBody(c.req.raw, 415))
    const written = await given(desk, knownApproval(desk, request.approval), request)
    return c.json({ ...shownGrant(written), covers: written.covers })
  })
  app.get('/grants/:id', (c) => c.json(shownGrant(standing(known(desk, c.req.param('id'))))))
  app.post('/grants/:id/sign/options', async (c) => {
    const { by } = checked(signOptions, await jsonBody(c.req.raw, 415))
    const grant = known(desk, c.req.param('id'))
    refuseOverGrant(standing(grant))
    return c.json(grantOptions(desk, grant, by))
  })
  app.post('/grants/:id/sign', async (c) => {
    const request = checked(signRequest, await jsonBody(c.req.raw, 415))
    const written = await joined(desk, known(desk, c.req.param('id')), request)
    return c.json({ ...shownGrant(written), covers: written.covers })
  })
  app.delete('/grants/:id', async (c) =>
    c.json(shownGrant(await endGrant(deskOf(desk), known(desk, c.req.param('id')), desk.user))),
  )
  return app
}

/** Throws `grant.unknown`. */
function known({ machine }: OperatorDesk, id: string): Grant {
  const found = machine().ledger.grant(id)
  if (found) return found
  throw new OperatorError(404, 'grant.unknown', 'there is no grant of this id in this ledger')
}

function listed(desk: OperatorDesk, { state, cursor, limit }: z.infer<typeof listQuery>): OperatorGrants {
  const { ledger, approvers, now } = deskOf(desk)
  const found = ledger.grants({ limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) })
  const { rows, nextCursor } = pageOf(found, limit, ({ grant }) => grant)
  const at = now()
  const standing = rows.map((grant) => grantStandingOf(grant, approvers, at))
  return {
    grants: standing.filter((one) => state === 'all' || isGrantOpen(one)).map(shownGrant),
    ...(nextCursor === undefined ? {} : { nextCursor }),
  }
}
