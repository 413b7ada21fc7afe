import type { Decision, LedgerRecord } from '@ecp/protocol'
import type { Caller, Told } from './caller.ts'
import type { Case } from './case.ts'
import { documentsOf } from './documents.ts'
import type { Gateway, Held, Reached, Seat } from './gateway.ts'
import { recordsOf } from './records.ts'
import { changedDescription, toolsOf, writtenOut } from './situation.ts'
import type { Turn } from './way.ts'

/** What was to be seen of one case from outside. */
export interface Observed {
  readonly told: Told
  /** The calls that reached the servers meanwhile. */
  readonly reached: readonly Reached[]
  readonly shown: boolean
  readonly decision: Decision
  readonly records: readonly string[]
  readonly before: readonly string[]
  readonly faults: readonly unknown[]
  /** Whether the target's definition was pinned: that of a server that nobody here can reach never is. */
  readonly pinned: boolean
}

/** Or why there was nothing to be seen. */
export type Seen = Observed | Error

type Answer = Pick<Observed, 'told' | 'reached' | 'shown'>
interface Visit<G extends Gateway> {
  readonly seat: Seat
  readonly turns: readonly Turn<G>[]
  /** One for each turn; fewer where one failed. */
  readonly answers: Answer[]
  failure?: Error
}

/**
 * Makes the calls of turns that share a gateway, one after the other, so that it is known which of them reached a server. The
 * turns of a seat follow each other on one connection; where one fails, those of other seats go on.
 */
export async function observe<G extends Gateway>(
  gateway: G,
  seats: readonly (readonly Turn<G>[])[],
): Promise<ReadonlyMap<Turn<G>, Seen>> {
  const visits = seats.map((turns, index) => visitOf(gateway, turns, index))
  try {
    await gateway.start()
    await changeTools(gateway, visits)
    for (const visit of visits)
      await take(gateway, visit).catch((cause: Error) => {
        visit.failure = cause
      })
  } finally {
    await gateway.stop()
  }
  const held = gateway.ledger()
  return new Map(visits.flatMap((visit) => observed(visit, held, gateway.principalOf(visit.seat))))
}

function visitOf<G extends Gateway>(gateway: G, turns: readonly Turn<G>[], index: number): Visit<G> {
  const [first] = turns
  if (!first) throw new TypeError('a seat that nobody takes')
  const { way, one } = first
  const seat = gateway.seat(`${way.name}-${index}`, documentsOf(one).context, one.action.executor ?? 'agent')
  return { seat, turns, answers: [] }
}

/** The servers' next definitions differ from those that were pinned when somebody first looked. */
async function changeTools<G extends Gateway>(gateway: G, visits: readonly Visit<G>[]): Promise<void> {
  const one = visits[0]?.turns[0]?.one
  if (!one?.changed) return
  const { changed } = one
  for (const { seat, turns } of visits) await (await connected(gateway, seat, turns))?.close()
  await gateway.stop()
  const now = Object.entries(toolsOf(one)).map(([server, tools]) => [
    server,
    tools.map((tool) =>
      changed.includes(`${server}:${tool.name}`)
        ? { ...tool, description: changedDescription(tool.description) }
        : tool,
    ),
  ])
  gateway.offer(Object.fromEntries(now))
  await gateway.start()
}

async function connected<G extends Gateway>(gateway: G, seat: Seat, [first]: readonly Turn<G>[]) {
  return first?.way.connect(gateway, seat, first.one)
}

async function take<G extends Gateway>(gateway: G, { seat, turns, answers }: Visit<G>): Promise<void> {
  const caller = await connected(gateway, seat, turns)
  if (!caller) return
  try {
    for (const { one } of turns) answers.push(await answerTo(gateway, caller, one))
  } finally {
    await caller.close()
  }
}

async function answerTo(gateway: Gateway, caller: Caller, one: Case): Promise<Answer> {
  const { target, arguments: args = {} } = one.action
  for (const call of one.before ?? []) await caller.call(call.target, writtenOut(call.arguments ?? {}), call)
  if (one.frozen) gateway.freeze()
  const { told, reached } = await gateway.watched(() => caller.call(target, writtenOut(args), one.action))
  return { told, reached, shown: caller.shows(target) }
}

/** Each turn with what was to be seen of it: decisions stand in the ledger in the order of the calls. */
function observed<G extends Gateway>(
  { turns, answers, failure }: Visit<G>,
  { records, pinned, verification }: Held,
  principal: string,
): readonly (readonly [Turn<G>, Seen])[] {
  const kinds = new Set(turns.map(({ one }) => one.action.kind ?? 'tool.call'))
  const decided = records
    .filter((record) => record.kind === 'action.decided')
    .filter(({ body }) => body.action.principal === principal && kinds.has(body.action.kind))
    .values()
  const seen = (turn: Turn<G>, index: number): Seen => {
    const answer = answers[index]
    if (!answer) return failure ?? new TypeError('nobody asked')
    const before = (turn.one.before ?? []).map(() => next(decided).decision.effect)
    const { action, decision } = next(decided)
    const left = { decision, before, records: recordsOf(action.id, records), pinned: pinned.has(action.id) }
    return { ...answer, ...left, faults: verification.faults }
  }
  return turns.map((turn, index) => {
    try {
      return [turn, seen(turn, index)]
    } catch (cause) {
      return [turn, cause as Error] // reason: nothing here throws anything else
    }
  })
}

function next(decided: Iterator<Extract<LedgerRecord, { kind: 'action.decided' }>>) {
  const { value, done } = decided.next()
  if (done) throw new TypeError('a call has no decision in the ledger')
  return value.body
}
