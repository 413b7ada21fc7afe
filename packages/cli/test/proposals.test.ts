import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterEach, expect, test } from 'vitest'
import { openPeopleDesk, type PeopleDesk } from './people.ts'

let desk: PeopleDesk
let client: Client | undefined
afterEach(async () => {
  await client?.close()
  client = undefined
  desk[Symbol.dispose]()
})
const ecp = (...args: string[]) => desk.ecp(...args, ...desk.flags)
const apply = (id: string, ...args: string[]) => ecp('proposals', 'apply', id, '--context', 'assistant.yaml', ...args)
const listed = () => JSON.parse(ecp('proposals', 'list', '--json').stdout)

/** Proposes to write a file, and gives the proposal's id. */
async function propose(content: string): Promise<string> {
  client ??= await desk.connect()
  const path = join(desk.folder, 'out.txt')
  expect(await client.callTool({ name: 'files__write_file', arguments: { path, content } })).toMatchObject({
    isError: true,
  })
  return String(listed()[0]?.approval)
}

test('a proposal is shown, and applied exactly as it was recorded, once, in its own run', {
  timeout: 120_000,
}, async () => {
  desk = openPeopleDesk('{ mode: propose-only }')
  const path = join(desk.folder, 'out.txt')
  const id = await propose('as it was proposed')
  expect(ecp('proposals', 'show', id.slice(0, 14)).stdout).toMatch(
    /what it would make .*out\.txt[\s\S]*\+ as it was proposed/,
  )
  expect(ecp('approvals', 'approve', id)).toMatchObject({ status: 2, stderr: expect.stringContaining('ecp proposals') })
  expect(existsSync(path)).toBe(false)
  const applied = apply(id)
  expect(applied.status, applied.stderr).toBe(0)
  expect(applied.stdout).toContain('Successfully wrote to')
  expect(readFileSync(path, 'utf8')).toBe('as it was proposed')
  expect(apply(id)).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('is used: the agent has to propose it again'),
  })
  const trace = JSON.parse(ecp('trace', 'last', '--json').stdout)
  expect(trace.spans.at(-1)).toMatchObject({
    toolName: 'files:write_file',
    status: 'completed',
    approvals: [{ approval: id, kind: 'proposal', state: 'used' }],
  })
  expect(JSON.parse(ecp('trace', 'list', '--json').stdout)).toHaveLength(1)
  expect(ecp('trace', 'verify').status).toBe(0)

  const dropped = await propose('never')
  expect(ecp('proposals', 'drop', dropped, '--note', 'no need').stdout).toContain('dropped by')
  expect(apply(dropped)).toMatchObject({ status: 3, stderr: expect.stringContaining('is denied') })
  expect(readFileSync(path, 'utf8')).toBe('as it was proposed')
})

test('under another Context, or another policy, it is refused before anybody has signed', {
  timeout: 120_000,
}, async () => {
  desk = openPeopleDesk('{ mode: propose-only }')
  const id = await propose('x')
  const context = readFileSync(join(desk.folder, 'assistant.yaml'), 'utf8')
  desk.write('other.yaml', context.replace('["files:*"]', '["files:*", "files:more"]'))
  expect(ecp('proposals', 'apply', id, '--context', 'other.yaml')).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('is not the Context that it was proposed under (assistant 1.0.0'),
  })
  const host = readFileSync(join(desk.folder, 'host.yaml'), 'utf8')
  desk.write(
    'host.yaml',
    host.replace('tools: { allowServers: [files]', 'tools: { allow: ["files:*"], allowServers: [files]'),
  )
  expect(apply(id)).toMatchObject({ status: 3, stderr: expect.stringContaining('have changed since it was proposed') })
  expect(listed()).toMatchObject([{ approval: id, state: 'pending', answers: [] }])
  desk.write('host.yaml', host)
  ecp('freeze')
  expect(apply(id)).toMatchObject({ status: 3, stderr: expect.stringContaining('host.frozen') })
  ecp('unfreeze')
  expect(listed()).toMatchObject([{ approval: id, state: 'pending', answers: [] }])
  expect(apply(id).status).toBe(0)
})

test('a quorum of two: the first signature waits, the second performs', { timeout: 120_000 }, async () => {
  desk = openPeopleDesk('{ mode: propose-only, approval: { approvers: [ada, bob], quorum: 2 } }')
  for (const name of ['ada', 'bob']) {
    const file = desk.passphrase(`${name}.pass`, `the passphrase of ${name}`)
    expect(desk.ecp('approvers', 'add', name, '--passphrase-file', file, '--into', 'host.yaml').status).toBe(0)
  }
  const id = await propose('x')
  const as = (name: string) => apply(id, '--as', name, '--passphrase-file', `${name}.pass`)
  expect(as('ada')).toMatchObject({ status: 4, stdout: expect.stringContaining('1 of the 2 approvals') })
  expect(existsSync(join(desk.folder, 'out.txt'))).toBe(false)
  const second = as('bob')
  expect(second.status, second.stderr).toBe(0)
  expect(readFileSync(join(desk.folder, 'out.txt'), 'utf8')).toBe('x')
})
