import { expect, test } from 'vitest'
import { edited, sample } from '../../test/marked.ts'
import { type Context, entryPoint, executorsOf, parseContext } from '../index.ts'

function read(text: string): Context {
  const { document, diagnostics } = parseContext(text, 'c')
  if (!document) throw new TypeError(JSON.stringify(diagnostics))
  return document.value
}

const rows = (context: Context) =>
  executorsOf(context).map(({ name, parent, strategy, path }) => [name, parent, strategy, path.join('.')])

test('in the flat form the entry point is the parent of all others', () => {
  const context = read(sample('flat.context.yaml'))
  expect(rows(context)).toEqual([
    ['lead', undefined, 'delegate', 'executors.0'],
    ['fetch', 'lead', undefined, 'executors.1'],
    ['confirm', 'lead', undefined, 'executors.2'],
    ['renderer', 'lead', undefined, 'executors.3'],
    ['merger', 'lead', undefined, 'executors.4'],
  ])
  expect(entryPoint(context)).toMatchObject({ name: 'lead', type: 'agent' })
})

test('in the tree form the parent is the orchestrator above', () => {
  const context = read(sample('tree.context.json'))
  expect(rows(context)).toEqual([
    ['top', undefined, 'sequential', 'orchestrator'],
    ['first', 'top', undefined, 'orchestrator.executors.0'],
    ['inner', 'top', 'swarm', 'orchestrator.orchestrators.0'],
    ['left', 'inner', undefined, 'orchestrator.orchestrators.0.executors.0'],
    ['right', 'inner', undefined, 'orchestrator.orchestrators.0.executors.1'],
  ])
})

test('where both forms stand the orchestrator starts, by the strategy of the orchestration', () => {
  const both = edited(
    sample('tree.context.json'),
    '"orchestrator":',
    '"executors": [{ "name": "flat", "type": "agent" }], "orchestration": { "entrypoint": "top", "strategy": "swarm" }, "orchestrator":',
  )
  const context = read(both)
  expect(rows(context)[0]).toEqual(['top', undefined, 'swarm', 'orchestrator'])
  expect(rows(context).at(-1)).toEqual(['flat', 'top', undefined, 'executors.0'])
})

test('a Context without an entry point has none', () => {
  expect(() =>
    entryPoint({ specVersion: 'ecp/v0.5-draft', kind: 'Context', metadata: { name: 'a', version: '1.0.0' } }),
  ).toThrow(expect.objectContaining({ code: 'context.no-entry-point' }))
})
