import { afterAll, describe, test } from 'vitest'
import { casesOn } from './cases.ts'
import { check } from './check.ts'
import { documentsOf } from './documents.ts'
import type { Gateway } from './gateway.ts'
import { Lanes } from './lanes.ts'
import { observe, type Seen } from './observe.ts'
import { toolsOf } from './situation.ts'
import type { Turn, Way } from './way.ts'

/** A gateway that cases run behind, and the ways to call through it. */
interface Behind<G extends Gateway> {
  readonly ways: readonly Way<G>[]
  /** Whether one gateway takes callers with different Contexts, whose runs and budgets are apart. */
  readonly isShared: boolean
  open(...of: ConstructorParameters<typeof Gateway>): G
}

/** A test waits for all that come before it, on a machine with much else to do. Milliseconds. */
const longestWait = 1_200_000
// Each gateway is a process with servers of its own.
const lanes = new Lanes(3)

/**
 * Defines a test for every case of a tool call in every way, with a real client before and real servers behind. Cases with the
 * same host layers share a gateway where it can be shared; nothing is shared that one case could use up for the next.
 */
export function testCasesBehind<G extends Gateway>(behind: Behind<G>): void {
  const turns = behind.ways.flatMap((way) =>
    [...casesOn(way.face).values()].flat().map((one): Turn<G> => ({ way, one })),
  )
  const worldOf = (turn: Turn<G>) => JSON.stringify([hostOf(turn), behind.isShared || seatOf(turn)])
  const groups = Map.groupBy(turns, worldOf)
  const opened: G[] = []
  const running = new Map<string, Promise<ReadonlyMap<Turn<G>, Seen>>>()
  afterAll(() => {
    for (const gateway of opened) gateway.remove()
  })

  function run(world: string): Promise<ReadonlyMap<Turn<G>, Seen>> {
    const group = groups.get(world) ?? []
    return lanes.run(async () => {
      const [first] = group
      if (!first) return new Map()
      const gateway = behind.open(documentsOf(first.one).host, toolsOf(first.one), isAboutModels(first))
      opened.push(gateway)
      return observe(gateway, [...Map.groupBy(group, seatOf).values()])
    })
  }

  for (const [title, some] of Map.groupBy(turns, ({ way, one }) => `${way.name}: ${one.area}`))
    describe.concurrent(title, () => {
      for (const turn of some)
        test.concurrent(`${turn.one.id}: ${turn.one.title}`, { timeout: longestWait }, async () => {
          const world = worldOf(turn)
          const found = running.get(world) ?? run(world)
          running.set(world, found)
          check(turn.way.enforcement, turn.one, (await found).get(turn))
        })
    })
}

/** What is around a case but for its Context: host layers, servers, and what the case does to either. */
function hostOf<G extends Gateway>({ way, one }: Turn<G>): unknown {
  return [documentsOf(one).host, one.tools, one.changed, one.frozen && [way.name, one.id], isAboutModels({ one })]
}

function isAboutModels({ one }: Pick<Turn<never>, 'one'>): boolean {
  return one.action.kind === 'model.generate'
}

/** Turns that one client can take on one connection, one after the other. */
function seatOf<G extends Gateway>({ way, one }: Turn<G>): string {
  const { context, host } = documentsOf(one)
  const counts = [context, ...Object.values(host)].some((text) => text.includes('budgets:'))
  // A run ends with the first thing that its model may not do without, such as a turn.
  return JSON.stringify([way.name, counts || way.face === 'run' ? one.id : [context, one.action.executor]])
}
