import { expect, test } from 'vitest'
import { callsOf } from '../call.ts'
import { sampleSpan, sampleTrace } from '../sample-trace.ts'
import { type Graph, graphOf, mostNodes } from './graph-of.ts'

const edges = ({ branches }: Graph) => {
  const names = new Map(branches.map(({ node: { id, label } }) => [id, label]))
  return branches.flatMap(({ node, below }) => (below === undefined ? [] : [`${names.get(below)} > ${node.label}`]))
}
const nodesOf = ({ branches }: Graph) => branches.map(({ node }) => node)
const many = (count: number, tools: number) =>
  callsOf(
    sampleTrace(
      Array.from({ length: count }, (_, at) =>
        sampleSpan(`c${at}`, at, `files:tool${at % tools}`, at % 10 === 0 ? 'deny' : 'allow'),
      ),
    ),
  )

test('a small run is a tree of executors, servers and each call', () => {
  const graph = graphOf(
    'assistant',
    callsOf(
      sampleTrace([
        sampleSpan('a', 1, 'files:read', 'allow'),
        sampleSpan('b', 2, 'files:read', 'deny'),
        sampleSpan('c', 3, 'jira:create', 'hold', { executorName: 'writer' }),
      ]),
    ),
  )
  expect(graph.detail).toBe('calls')
  expect(edges(graph)).toEqual([
    'assistant > reader',
    'assistant > writer',
    'reader > files',
    'files > read',
    'files > read',
    'writer > jira',
    'jira > create',
  ])
  expect(nodesOf(graph).find(({ label }) => label === 'files')).toMatchObject({
    tally: [
      { fate: 'done', count: 1 },
      { fate: 'denied', count: 1 },
    ],
  })
})

test('whom an executor delegates to hangs below it, and a circle of delegations is still a tree', () => {
  const delegation = (id: string, at: number, from: string, to: string) => {
    const { toolName: _, ...span } = sampleSpan(id, at, '', 'allow', { executorName: from, type: 'delegation' })
    return { ...span, target: to }
  }
  const graph = graphOf(
    'team',
    callsOf(sampleTrace([delegation('a', 1, 'lead', 'helper'), delegation('b', 2, 'helper', 'lead')])),
  )
  expect(edges(graph)).toContain('team > lead')
  expect(edges(graph)).toContain('lead > helper')
  expect(edges(graph)).not.toContain('helper > lead ')
  expect(graph.branches.filter(({ below }) => below === undefined)).toHaveLength(1)
})

test('thousands of calls are one node for each tool, which counts every one of them', () => {
  const graph = graphOf('assistant', many(5_000, 12))
  expect(graph.detail).toBe('tools')
  const groups = nodesOf(graph).flatMap((node) => (node.kind === 'calls' ? [node] : []))
  expect(groups).toHaveLength(12)
  expect(groups.flatMap(({ calls }) => calls)).toHaveLength(5_000)
  expect(groups.flatMap(({ tally }) => tally).reduce((sum, { count }) => sum + count, 0)).toBe(5_000)
})

test('thousands of tools are bounded: the most called have a node, the rest share one, and no call is lost', () => {
  const graph = graphOf('assistant', many(5_000, 2_000))
  expect(graph.detail).toBe('some-tools')
  expect(nodesOf(graph).length).toBeLessThanOrEqual(mostNodes)
  const groups = nodesOf(graph).flatMap((node) => (node.kind === 'calls' ? [node] : []))
  expect(groups.at(-1)?.label).toBe('1854 more tools')
  expect(new Set(groups.flatMap(({ calls }) => calls.map(({ id }) => id))).size).toBe(5_000)
})

test('ids are unique, whatever names agents and servers give', () => {
  const graph = graphOf(
    'run',
    callsOf(
      sampleTrace([
        sampleSpan('a', 1, 'a:b', 'allow', { executorName: 'x","y' }),
        sampleSpan('b', 1, 'y":b', 'allow', { executorName: 'x' }),
        sampleSpan('c', 1, 'run', 'allow', { executorName: 'run' }),
      ]),
    ),
  )
  expect(new Set(nodesOf(graph).map(({ id }) => id)).size).toBe(nodesOf(graph).length)
})
