import { approversOf, isOpen, standingOf } from '@ecp/host'
import type { Approval } from '@ecp/ledger'
import { approvalKinds, type OperatorApprovals } from '@ecp/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { checked } from '../api/checked.ts'
import { jsonBody } from '../api/json-body.ts'
import { answered, answerRequest } from './answered.ts'
import { applied } from './applied.ts'
import type { OperatorDesk, OperatorEnv } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { pageOf, paging } from './paging.ts'
import { answerOptions, answerOptionsRequest } from './passkeys/answer-options.ts'
import { shownApproval, summaryOf } from './shown-approval.ts'

const listQuery = z.object({
  state: z.enum(['open', 'all']).default('open'),
  kind: z.enum(approvalKinds).optional(),
  ...paging,
})

/** What waits for people, and their word on it. */
export function approvalRoutes(desk: OperatorDesk): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  app.get('/approvals', (c) => c.json(listed(desk, checked(listQuery, c.req.query()))))
  app.get('/approvals/:id', async (c) => {
    const machine = desk.machine()
    return c.json(await shownApproval(machine, knownApproval(desk, c.req.param('id')), desk.now()))
  })
  app.post('/approvals/:id/answer/options', async (c) => {
    const request = checked(answerOptionsRequest, await jsonBody(c.req.raw, 415))
    return c.json(answerOptions(desk, knownApproval(desk, c.req.param('id')), request))
  })
  app.post('/approvals/:id/answer', async (c) => {
    const request = checked(answerRequest, await jsonBody(c.req.raw, 415))
    return c.json(await answered(desk, knownApproval(desk, c.req.param('id')), request))
  })
  app.post('/approvals/:id/apply', async (c) => {
    await jsonBody(c.req.raw, 415)
    return c.json(await applied(desk, knownApproval(desk, c.req.param('id'))))
  })
  return app
}

/** Throws `approval.unknown`. */
export function knownApproval({ machine }: OperatorDesk, id: string): Approval {
  const found = machine().ledger.approval(id)
  if (found) return found
  throw new OperatorError(404, 'approval.unknown', 'there is no approval of this id in this ledger')
}

/** The record of what was asked is not looked at: there may be very many. */
function listed(
  { machine, now }: OperatorDesk,
  { state, kind, cursor, limit }: z.infer<typeof listQuery>,
): OperatorApprovals {
  const { ledger, config } = machine()
  const found = ledger.approvals({
    limit: limit + 1,
    ...(state === 'open' ? { state } : {}),
    ...(kind === undefined ? {} : { kind }),
    ...(cursor === undefined ? {} : { after: cursor }),
  })
  const { rows, nextCursor } = pageOf(found, limit, ({ approval }) => approval)
  const approvers = approversOf(config.layers)
  const at = now()
  const standing = rows.map((approval) => standingOf(ledger, approval, approvers, at))
  return {
    // What has expired since it was written down is open no more.
    approvals: standing.filter((one) => state === 'all' || isOpen(one)).map(summaryOf),
    ...(nextCursor === undefined ? {} : { nextCursor }),
  }
}
