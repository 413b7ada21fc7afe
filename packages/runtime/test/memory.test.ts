import { expect, test } from 'vitest'
import { decided, stage } from './stage.ts'

const config = '  memory: { allowStores: [notes] }\nmemory: { stores: { notes: {} } }\n'
const context = (access: string) => `orchestration: { entrypoint: keeper, strategy: single }
executors:
  - name: keeper
    type: agent
    instructions: Remember.
    memory: { scope: context, description: earlier meetings }
    policies: { memoryAccess: ${access} }
`
const both = '{ allowRead: true, allowWrite: true }'

const storing = `
  - executor: keeper
    asked: { user: Begin. }
    calls:
      - { tool: "ecp:memory/store", arguments: { text: "The meeting is on Monday.", tags: [meeting] } }
  - executor: keeper
    asked: { results: [{ tool: "ecp:memory/store", text: { has: [stored] } }] }
    says: Noted.`
const finding = (isThere: boolean) => `
  - { executor: keeper, asked: { user: Begin. }, calls: [{ tool: "ecp:memory/search", arguments: { query: "when do we meet on monday?" } }] }
  - executor: keeper
    asked: { results: [{ tool: "ecp:memory/search", text: { has: [${isThere ? '"The meeting is on Monday."' : '"\\"items\\":[]"'}] } }] }
    says: ${isThere ? 'On Monday.' : 'I do not know.'}`

test('what one run stores the next one finds', async () => {
  const on = stage(config)
  expect(await on.run({ context: context(both), turns: finding(false) })).toMatchObject({ output: 'I do not know.' })
  const stored = await on.run({ context: context(both), turns: storing })
  expect(stored).toMatchObject({ status: 'completed', output: 'Noted.', faults: [] })
  expect(decided(stored)).toContain('root/turn:0/call:0 notes/context/store allow')
  expect(await on.run({ context: context(both), turns: finding(true) })).toMatchObject({ output: 'On Monday.' })
})

test('a mount gives an executor its memory before it runs, and a step without a model stores in it', async () => {
  const on = stage(config)
  const memory = 'memory: { scope: context }'
  const noting = `orchestration: { entrypoint: noter, strategy: single }
executors:
  - name: noter
    type: tool
    tool: { call: "ecp:memory/store", args: { text: "The meeting is on Monday.", tags: [meeting] } }
    ${memory}
    policies: { memoryAccess: { allowWrite: true } }
`
  const noted = await on.run({ context: noting })
  expect(noted).toMatchObject({ status: 'completed', faults: [] })
  expect(decided(noted)).toEqual(['root/call notes/context/store allow'])
  const reading = (access: string) => `orchestration: { entrypoint: reader, strategy: single }
executors:
  - name: reader
    type: agent
    instructions: Tell.
    ${memory}
    mounts: [{ name: earlier, stage: seed, from: { server: ecp, tool: memory/search, args: { query: meeting } } }]
    policies: { memoryAccess: ${access} }
`
  const turns = '\n  - { executor: reader, asked: { user: { has: [The meeting is on Monday.] } }, says: On Monday. }'
  const read = await on.run({ context: reading('{ allowRead: true }'), turns })
  expect(read).toMatchObject({ status: 'completed', output: 'On Monday.', faults: [] })
  expect(decided(read).at(0)).toBe('root/mount:earlier/0 notes/context/search allow')
  expect(await on.run({ context: reading('{ allowWrite: true }'), turns })).toMatchObject({ status: 'denied' })
})

test('who may not write is denied, and told so', async () => {
  const denied = storing
    .replace('{ has: [stored] }', '{ has: [no tool of this name] }')
    .replace('text:', 'isError: true, text:')
  const turns = denied.replace('isError: true, text: "The', 'text: "The')
  const played = await stage(config).run({ context: context('{ allowRead: true }'), turns })
  expect(played).toMatchObject({ status: 'completed', faults: [] })
  expect(decided(played)).toContain('root/turn:0/call:0 notes/context/store deny')
})

test('a memory with no store for it is refused before anything starts', async () => {
  await expect(stage().run({ context: context(both), turns: storing })).rejects.toMatchObject({ code: 'host.refused' })
})
