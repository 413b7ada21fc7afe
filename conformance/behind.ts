import { type Code, codes, type Decision, type Enforcement, type LedgerRecord } from '@ecp/protocol'
import { afterAll, describe, expect, test } from 'vitest'
import type { Case, Face, ToolsByServer } from './case.ts'
import { casesOn } from './cases.ts'
import { type Documents, documentsOf } from './documents.ts'
import type { Gateway, Reply } from './gateway.ts'
import { expectedRecords, recordsOf } from './records.ts'
import { changedDescription, toolsOf, writtenOut } from './situation.ts'

const opened: Gateway[] = []
// So many gateways at once; each is a process with servers of its own.
const lanes = Array.from({ length: 3 }, (): Promise<unknown> => Promise.resolve())
let taken = 0
/** A test waits for a lane, too. Milliseconds. */
const longestWait = 180_000
function inLane<T>(work: () => Promise<T>): Promise<T> {
  const lane = taken++ % lanes.length
  const done = (lanes[lane] ?? Promise.resolve()).then(work)
  lanes[lane] = done.catch(() => undefined) // whoever asked hears of it
  return done
}

afterAll(() => {
  for (const gateway of opened) gateway.remove()
})

/** A face that cases run behind, as a process of its own. */
export interface Behind {
  readonly face: Exclude<Face, 'decide'>
  open(documents: Documents, executor: string, tools: ToolsByServer): Gateway
  /** Who performs what is allowed: ECP, at the servers, or whoever asked. */
  readonly enforcement: Enforcement
}

/**
 * Defines a test for every case of a tool call on a face, with a real client before it and real servers behind. Cases with the
 * same documents, and nothing that one could leave for the next, share a gateway.
 */
export function testCasesBehind(behind: Behind): void {
  for (const [area, cases] of casesOn(behind.face))
    describe.concurrent(area, () => {
      for (const group of Map.groupBy(cases, groupOf).values()) {
        let running: Promise<readonly Observed[]> | undefined
        for (const [index, one] of group.entries())
          test.concurrent(`${one.id}: ${one.title}`, { timeout: longestWait }, async () => {
            running ??= inLane(() => run(behind, group))
            check(behind, one, (await running)[index])
          })
      }
    })
}

function groupOf(one: Case): string {
  const documents = documentsOf(one)
  const counts = [documents.context, ...Object.values(documents.host)].some((text) => text.includes('budgets:'))
  const alone = one.frozen || one.changed || one.tools || counts
  return alone ? one.id : JSON.stringify([documents, one.action.executor])
}

/** What was to be seen of one case from outside. */
interface Observed {
  readonly reply: Reply
  readonly shown: boolean
  readonly decision: Decision
  readonly records: readonly string[]
  readonly before: readonly string[]
  readonly faults: readonly unknown[]
  /** Whether the target's definition was pinned: that of a server that nobody here can reach never is. */
  readonly pinned: boolean
}

async function run(behind: Behind, group: readonly Case[]): Promise<readonly Observed[]> {
  const [first] = group
  if (!first) return []
  const gateway = behind.open(documentsOf(first), first.action.executor ?? 'agent', toolsOf(first))
  opened.push(gateway)
  const replies: { one: Case; reply: Reply; shown: boolean }[] = []
  try {
    await gateway.start()
    if (first.changed) await restartChanged(gateway, first, first.changed)
    for (const one of group) {
      for (const call of one.before ?? []) await gateway.call(call.target, writtenOut(call.arguments ?? {}))
      if (one.frozen) gateway.freeze()
      const reply = await gateway.call(one.action.target, writtenOut(one.action.arguments ?? {}))
      replies.push({ one, reply, shown: gateway.shows(one.action.target) })
    }
  } finally {
    await gateway.stop()
  }
  const { records, pinned, verification } = gateway.ledger()
  const decided = records.filter((record) => record.kind === 'action.decided').values()
  return replies.map(({ one, reply, shown }) => {
    const before = (one.before ?? []).map(() => next(decided).decision.effect)
    const { action, decision } = next(decided)
    return {
      reply,
      shown,
      decision,
      before,
      records: recordsOf(action.id, records),
      faults: verification.faults,
      pinned: pinned.has(action.id),
    }
  })
}

/** The servers' next definitions differ from those that were pinned when the gateway first looked. */
async function restartChanged(gateway: Gateway, one: Case, changed: readonly string[]): Promise<void> {
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

function next(decided: Iterator<Extract<LedgerRecord, { kind: 'action.decided' }>>) {
  const { value, done } = decided.next()
  if (done) throw new TypeError('a call has no decision in the ledger')
  return value.body
}

function check({ enforcement }: Behind, one: Case, observed: Observed | undefined): void {
  if (!observed) throw new TypeError('the case was not run')
  const { reply, shown, decision, records, before, faults, pinned } = observed
  const wanted = pinned ? one.expect : withoutPin(one, decision)
  const sorted = [...wanted.codes].sort()
  expect(before).toEqual((one.before ?? []).map(({ effect = 'allow' }) => effect))

  // What the operator sees.
  const found = [...new Set(decision.reasons.map(({ code }) => code))].sort()
  expect({ effect: decision.effect, acts: decision.acts, codes: found }).toEqual({
    effect: wanted.effect,
    acts: wanted.acts,
    codes: sorted,
  })
  for (const { code, layer } of wanted.because ?? [])
    expect(decision.reasons).toContainEqual(expect.objectContaining({ code, ...(layer && { layer }) }))
  expect(records).toEqual(expectedRecords(wanted, enforcement))
  expect(faults).toEqual([])

  // What the server saw, and the agent.
  const args = writtenOut(one.action.arguments ?? {})
  if (wanted.effect === 'allow') {
    expect(reply.reached).toEqual(enforcement === 'performed' ? [{ target: one.action.target, arguments: args }] : [])
    expect(reply.isError).toBe(false)
    return
  }
  expect(reply.reached).toEqual([])
  expect(reply.isError).toBe(true)
  const unlisted = ['context.tool-not-allowed']
  const stops = sorted.filter(isStop)
  const codesTold = [...(reply.facts?.codes ?? [])].sort()
  expect(reply.facts?.effect).toBe(wanted.effect)
  if (one.action.enforcement === 'authorized') {
    // A tool of another program, which ECP does not show: told of where it could be allowed.
    expect([stops, unlisted]).toContainEqual(codesTold)
    return
  }
  expect(codesTold).toEqual(shown ? stops : unlisted)
  if (wanted.effect !== 'deny') expect(shown).toBe(true)
}

/**
 * What a case comes to where its tool is not pinned, because no server is started that nothing can be called on: denied all
 * the same, as an unknown tool that counts as a write, and that no glob of an allow list or ceiling fits. What the host has
 * against it stays.
 */
function withoutPin(one: Case, { reasons }: Decision): Case['expect'] {
  const { effect, codes: full } = one.expect
  if (effect !== 'deny' || full.includes('tool.unknown')) return one.expect
  const found = reasons.map(({ code }) => code)
  const host = full.filter((code) => code.startsWith('host.') || code === 'context.tool-denied')
  expect(found).toEqual(expect.arrayContaining([...host, 'tool.unknown']))
  const unfitted = ['context.tool-not-allowed', 'host.tool-denied']
  const possible = [...full, 'tool.unknown', ...unfitted, 'write.forbidden', 'write.proposed']
  expect(possible).toEqual(expect.arrayContaining(found))
  return { effect, acts: 'write', codes: [...new Set(found)] }
}

const isStop = (code: Code): boolean => codes[code] !== 'allow'
