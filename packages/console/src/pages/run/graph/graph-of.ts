import type { Call } from '../call.ts'
import { type Tally, tallyOf } from '../tally.ts'

/** More nodes than this nobody can read, and their layout takes seconds. */
export const mostNodes = 150

export type GraphNode =
  | { readonly kind: 'run'; readonly id: string; readonly label: string; readonly tally: Tally }
  | { readonly kind: 'executor' | 'server'; readonly id: string; readonly label: string; readonly tally: Tally }
  | { readonly kind: 'call'; readonly id: string; readonly label: string; readonly call: Call }
  /** Several calls in one: of one tool, or of all the tools that found no room. */
  | {
      readonly kind: 'calls'
      readonly id: string
      readonly label: string
      readonly tally: Tally
      readonly calls: readonly Call[]
    }

/** A node and the one that it hangs below; only the run hangs below none. */
export interface Branch {
  readonly node: GraphNode
  readonly below?: string
}

export interface Graph {
  readonly branches: readonly Branch[]
  /** `calls`: each call stands for itself. `tools`: one node for all calls of a tool. `some-tools`: and not all tools have one. */
  readonly detail: 'calls' | 'tools' | 'some-tools'
}

/**
 * A run as a tree: its executors in the order in which they first act, under each the servers that it asked, under these
 * the calls. An executor that another one delegated to hangs below that one. What is laid out is bounded by `most` nodes:
 * where the calls are too many, those of one tool are one node, and where the tools are too many, those with the
 * fewest calls share one.
 */
export function graphOf(label: string, calls: readonly Call[], most = mostNodes): Graph {
  const executors = [...Map.groupBy(calls, ({ executor }) => executor)]
  const servers = executors.flatMap(([executor, own]) =>
    [...Map.groupBy(own, ({ server }) => server)].map(([server, asked]) => ({ executor, server, asked })),
  )
  const room = most - 1 - executors.length - servers.length
  const tools = new Set(calls.map(toolOf)).size
  const detail = calls.length <= room ? 'calls' : tools <= room ? 'tools' : 'some-tools'
  const parents = delegators(calls)
  const branches: Branch[] = [
    { node: { kind: 'run', id: 'run', label, tally: tallyOf(calls) } },
    ...executors.map(([name, own]) => {
      const parent = parents.get(name)
      return {
        node: { kind: 'executor' as const, id: executorId(name), label: name, tally: tallyOf(own) },
        below: parent === undefined ? 'run' : executorId(parent),
      }
    }),
    ...servers.flatMap(({ executor, server, asked }) => {
      const id = serverId(executor, server)
      return [
        { node: { kind: 'server' as const, id, label: server, tally: tallyOf(asked) }, below: executorId(executor) },
        ...leaves(asked, detail, Math.max(1, Math.floor(room / servers.length))).map((node) => ({ node, below: id })),
      ]
    }),
  ]
  return { branches, detail }
}

function leaves(calls: readonly Call[], detail: Graph['detail'], room: number): GraphNode[] {
  if (detail === 'calls') return calls.map((call) => ({ kind: 'call', id: `call:${call.id}`, label: call.name, call }))
  const tools = [...Map.groupBy(calls, toolOf)].map(([tool, own]) => group(`calls:${tool}`, own[0]?.name ?? '', own))
  if (detail === 'tools' || tools.length <= room) return tools
  const largest = tools.toSorted((a, b) => b.calls.length - a.calls.length)
  const rest = largest.slice(room - 1)
  const shared = rest.flatMap(({ calls: own }) => own)
  const [first] = shared
  const id = first ? serverId(first.executor, first.server) : ''
  return [...largest.slice(0, room - 1), group(`rest:${id}`, `${rest.length} more tools`, shared)]
}

function group(id: string, label: string, calls: readonly Call[]) {
  return { kind: 'calls' as const, id, label, tally: tallyOf(calls), calls }
}

/** Executor -> who first delegated to it; never itself, and never in a circle. */
function delegators(calls: readonly Call[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>()
  const isBelow = (name: string, other: string): boolean => {
    for (let at: string | undefined = name; at !== undefined; at = parents.get(at)) if (at === other) return true
    return false
  }
  for (const { type, target, executor } of calls) {
    if (type === 'delegation' && !parents.has(target) && !isBelow(executor, target)) parents.set(target, executor)
  }
  return parents
}

const toolOf = ({ executor, type, target }: Call) => JSON.stringify([executor, type, target])
const executorId = (name: string) => `executor:${name}`
const serverId = (executor: string, server: string) => `server:${JSON.stringify([executor, server])}`
