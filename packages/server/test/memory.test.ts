import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { facts, Gateway, witness } from './gateway.ts'

test('a client has the memory of its executor as tools, from one connection to the next', async () => {
  using gateway = new Gateway((desk) => ({
    servers: { witness: witness(desk) },
    policies: {
      keeper: {
        memoryAccess: { allowRead: true, allowWrite: true },
        toolAccess: { default: 'deny', allow: ['witness:look'], deny: ['ecp:memory/delete'] },
      },
    },
    security: { memory: { allowStores: ['notes'] } },
    more: { memory: { stores: { notes: {} } } },
  }))
  const context = JSON.parse(readFileSync(join(gateway.desk.folder, 'context.json'), 'utf8'))
  context.executors[0].memory = { scope: 'user', description: 'what was decided' }
  gateway.desk.write('context.json', JSON.stringify(context))
  const first = await gateway.connect('keeper')
  const { tools } = await first.listTools()
  const memory = ['ecp__memory/list', 'ecp__memory/search', 'ecp__memory/store']
  expect(tools.map(({ name }) => name)).toEqual([...memory, 'witness__look'])
  expect(tools[0]).toMatchObject({
    description: expect.stringContaining('what was decided'),
    annotations: { readOnlyHint: true },
  })
  const store = (text: unknown) =>
    first.callTool({ name: 'ecp__memory/store', arguments: { text } as Record<string, unknown> })
  expect(await store('The meeting is on Monday.')).toMatchObject({ structuredContent: { stored: expect.any(String) } })
  expect(await store(7)).toMatchObject({ isError: true })
  const denied = await first.callTool({ name: 'ecp__memory/delete', arguments: { id: 'x' } })
  expect(denied.isError).toBe(true)
  expect(facts(denied)).toMatchObject({ effect: 'deny', codes: ['context.tool-not-allowed'] })
  await first.close()
  const second = await gateway.connect('keeper', '--names', 'plain')
  const plain = (await second.listTools()).tools.map(({ name }) => name)
  expect(plain).toEqual([...memory, 'look'])
  const found = await second.callTool({ name: 'ecp__memory/search', arguments: { query: 'monday' } })
  expect(found).toMatchObject({ structuredContent: { items: [{ text: 'The meeting is on Monday.' }], more: 0 } })
  await second.close()
})
