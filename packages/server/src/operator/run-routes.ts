import { allApprovals, type RunSummary, recordedRun, traceJson } from '@ecp/ledger'
import type { OperatorRun, OperatorRuns, Trace } from '@ecp/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { checked } from '../api/checked.ts'
import { blobsUpTo, runRecords } from '../api/runs/run-records.ts'
import type { OperatorDesk, OperatorEnv } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { pageOf, paging } from './paging.ts'

const listQuery = z.object({ status: z.string().min(1).max(40).optional(), ...paging })
/** A run with more is told by `ecp trace`. */
const maxRecords = 100_000

/** The runs of all clients. */
export function runRoutes(desk: OperatorDesk): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>()
  app.get('/runs', (c) => c.json(listed(desk, checked(listQuery, c.req.query()))))
  app.get('/runs/:id', (c) => c.json(runJson(known(desk, c.req.param('id')))))
  app.get('/runs/:id/trace', async (c) => c.json(await traceOf(desk, known(desk, c.req.param('id')).run)))
  return app
}

/** Throws `run.unknown`. */
function known({ machine }: OperatorDesk, id: string): RunSummary {
  const run = machine().ledger.run(id)
  if (run) return run
  throw new OperatorError(404, 'run.unknown', 'there is no run of this id in this ledger')
}

function listed({ machine }: OperatorDesk, { status, cursor, limit }: z.infer<typeof listQuery>): OperatorRuns {
  const found = machine().ledger.allRuns({
    limit: limit + 1,
    ...(status === undefined ? {} : { status }),
    ...(cursor === undefined ? {} : { after: cursor }),
  })
  const { rows, nextCursor } = pageOf(found, limit, ({ run }) => run)
  return { runs: rows.map(runJson), ...(nextCursor === undefined ? {} : { nextCursor }) }
}

function runJson({ run, start, startedAt, endedAt, status, actions, denied, inFlight }: RunSummary): OperatorRun {
  const { context, executor, principal, client, strategy } = start
  const ended = endedAt === undefined ? {} : { endedAt }
  return { run, context, executor, principal, client, strategy, status, startedAt, ...ended, actions, denied, inFlight }
}

async function traceOf({ machine }: OperatorDesk, run: string): Promise<Trace> {
  const { ledger } = machine()
  const records = await runRecords(ledger, run, maxRecords)
  const asked = [...allApprovals(ledger, { run })]
  return traceJson(recordedRun(run, records, blobsUpTo(ledger), { asked, find: (id) => ledger.approval(id) }))
}
