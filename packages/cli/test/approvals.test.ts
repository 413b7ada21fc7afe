import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Client } from '@modelcontextprotocol/client'
import { afterEach, expect, test } from 'vitest'
import { openPeopleDesk, type PeopleDesk } from './people.ts'

// A real client asks through `ecp mcp`; people answer with `ecp approvals` in processes of their own.
const needsOne = '{ requireApprovalFor: ["files:write_file", "files:edit_file"] }'

let desk: PeopleDesk
let client: Client | undefined
afterEach(async () => {
  await client?.close()
  client = undefined
  desk[Symbol.dispose]()
})
const ecp = (...args: string[]) => desk.ecp(...args, ...desk.flags)
const listed = (...args: string[]) => JSON.parse(ecp('approvals', 'list', '--json', ...args).stdout)

test('a held call is shown exactly, approved from another process, and goes through once; the next is denied', {
  timeout: 120_000,
}, async () => {
  desk = openPeopleDesk(needsOne)
  client = await desk.connect()
  expect(ecp('approvals', 'list').stderr).toContain('no approval waits')
  const path = join(desk.folder, 'note.txt')
  writeFileSync(path, 'one\ntwo\nthree\n')
  const content = 'one\n2 \u202eowt\u001b[2J\nthree\n'
  const call = desk.ask(client, 'write_file', { path, content })
  const id = await call.waiting

  expect(listed()).toMatchObject([
    { approval: id, state: 'pending', client: 'stdio', executor: 'assistant', approvedBy: 0 },
  ])
  expect(ecp('approvals', 'list').stdout).toMatch(/pending +0 of 1 .*stdio +assistant .*files:write_file/)
  const shown = ecp('approvals', 'show', id.slice(0, 14))
  expect(shown.status, shown.stderr).toBe(0)
  expect(shown.stdout).toMatch(/write\.needs-approval \(context\): .*assistant\.yaml:11:\d+/)
  expect(shown.stdout).toContain(`  one\n- two\n+ 2 \\u{202e}owt\\u{1b}[2J\n  three`)
  expect(shown.stdout).not.toContain('\u001b')
  expect(shown.stdout).not.toContain('\u202e')
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n')

  const approved = ecp('approvals', 'approve', id, '--note', 'looks right', '--expires', '1h')
  expect(approved.status, approved.stderr).toBe(0)
  expect(approved.stderr).toContain('the answer is unsigned')
  expect(await call.result).not.toMatchObject({ isError: true })
  expect(readFileSync(path, 'utf8')).toBe(content)
  expect(listed()).toEqual([])
  expect(listed('--all')).toMatchObject([
    { approval: id, state: 'used', answers: [{ note: 'looks right', worth: 'counts' }] },
  ])
  expect(ecp('approvals', 'approve', id)).toMatchObject({ status: 3, stderr: expect.stringContaining('is used') })

  const again = desk.ask(client, 'write_file', { path, content })
  const next = await again.waiting
  expect(next).not.toBe(id)
  expect(ecp('approvals', 'deny', next).stdout).toContain('denied by')
  expect(await again.result).toMatchObject({ isError: true })
  const trace = ecp('trace', 'last').stdout
  expect(trace).toMatch(
    new RegExp(`held \\(write\\)[^+]*approval ${id}, used: \\S+ approved \\(unsigned\\), “looks right”`),
  )
  expect(trace).toMatch(new RegExp(`denied \\(write\\)[^+]*approval ${next}, denied: \\S+ denied \\(unsigned\\)`))
  expect(ecp('graph', 'last').stdout).toMatch(new RegExp(`✓ write_file ─ completed .*; approval ${id}, used: `))
  const { spans } = JSON.parse(ecp('trace', 'last', '--json').stdout)
  expect(spans[2]).toMatchObject({ approvals: [{ approval: id, state: 'used', answers: [{ answer: 'approve' }] }] })
  expect(ecp('trace', 'verify').status).toBe(0)
})

test('an edit is shown as what it makes of the file, and what would not work as it is now', {
  timeout: 120_000,
}, async () => {
  desk = openPeopleDesk(needsOne)
  client = await desk.connect()
  writeFileSync(join(desk.folder, 'list.txt'), Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join(''))
  const edits = [
    { oldText: 'line 15\n', newText: 'line fifteen\n' },
    { oldText: 'line 99', newText: 'x' },
  ]
  const call = desk.ask(client, 'edit_file', { path: join(desk.folder, 'list.txt'), edits })
  const { stdout } = ecp('approvals', 'show', await call.waiting)
  expect(stdout).toContain('… 12 lines that stay as they are\n  line 12\n')
  expect(stdout).toContain('- line 15\n+ line fifteen\n  line 16')
  expect(stdout).toContain('edit 2: its `oldText` does not stand in the file')
  ecp('approvals', 'deny', await call.waiting)
  await call.result
})

test('two approvers with keys, and nothing else, let it through: not the shell of an agent, not a stranger', {
  timeout: 120_000,
}, async () => {
  desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"], approval: { approvers: [ops], quorum: 2 } }')
  const [ada, bob, wrong] = [
    desk.passphrase('ada.pass', 'the passphrase of ada'),
    desk.passphrase('bob.pass', 'the passphrase of bob'),
    desk.passphrase('wrong.pass', 'the passphrase of eve'),
  ]
  const add = (name: string, file: string, ...more: string[]) =>
    desk.ecp('approvers', 'add', name, '--passphrase-file', file, '--into', 'host.yaml', ...more)
  // What an agent's own configuration would be: the same, and nobody has to sign.
  desk.write('agent.yaml', readFileSync(join(desk.folder, 'host.yaml'), 'utf8'))
  for (const [name, file] of [
    ['ada', ada],
    ['bob', bob],
  ] as const) {
    const added = add(name, file, '--groups', 'ops')
    expect(added.status, added.stderr).toBe(0)
  }
  expect(add('carol', wrong).status).toBe(0)
  expect(add('ada', ada)).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') })
  expect(readFileSync(join(desk.folder, 'host.yaml'), 'utf8')).toMatch(/^# the host/)
  expect(statSync(join(desk.home, '.ecp', 'approvers', 'ada.pem')).mode & 0o777).toBe(0o600)
  expect(ecp('approvers', 'list').stdout).toMatch(/ada +ops +key +yes +project: .*host\.yaml:/)

  client = await desk.connect()
  const path = join(desk.folder, 'out.txt')
  const call = desk.ask(client, 'write_file', { path, content: 'x' })
  const id = await call.waiting
  const approve = (...args: string[]) => ecp('approvals', 'approve', id, ...args)
  for (const [args, why] of [
    [['--as', 'ada', '--passphrase-file', wrong], 'the passphrase does not open'],
    [['--as', 'adda', '--passphrase-file', ada], 'did you mean `ada`?'],
    [['--as', 'carol', '--passphrase-file', wrong], '`carol` is none of them'],
    [['--as', 'ada'], 'there is no terminal to ask on'],
  ] as const) {
    expect(approve(...args)).toMatchObject({ status: 3, stderr: expect.stringContaining(why) })
  }
  expect(approve('--passphrase-file', ada)).toMatchObject({ status: 2, stderr: expect.stringContaining('--as') })
  expect(listed()).toMatchObject([{ answers: [] }])

  const unsigned = desk.ecp('approvals', 'approve', id, '--config', 'agent.yaml', ...desk.flags.slice(2))
  expect(unsigned).toMatchObject({ status: 3, stderr: expect.stringContaining('no approvers are configured') })
  expect(approve('--as', 'ada', '--passphrase-file', ada)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('1 of the 2'),
  })
  expect(approve('--as', 'ada', '--passphrase-file', ada)).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('has said so already'),
  })
  expect(existsSync(path)).toBe(false)
  expect(ecp('approvals', 'show', id).stdout).toMatch(/ada approved .* good signature/)
  expect(approve('--as', 'bob', '--passphrase-file', bob).status).toBe(0)
  expect(await call.result).not.toMatchObject({ isError: true })
  expect(readFileSync(path, 'utf8')).toBe('x')
  const removed = ecp('approvers', 'remove', 'carol')
  expect(removed).toMatchObject({ status: 0, stderr: expect.stringContaining('take it out there') })
  expect(ecp('approvers', 'list').stdout).toMatch(/carol +key +no/)
})

test("an agent's shell that approves for itself is refused at the moment of use", { timeout: 120_000 }, async () => {
  desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"] }')
  desk.write('agent.yaml', readFileSync(join(desk.folder, 'host.yaml'), 'utf8'))
  const pass = desk.passphrase('ada.pass', 'the passphrase of ada')
  expect(desk.ecp('approvers', 'add', 'ada', '--passphrase-file', pass, '--into', 'host.yaml').status).toBe(0)
  client = await desk.connect()
  const path = join(desk.folder, 'out.txt')
  const first = desk.ask(client, 'write_file', { path, content: 'x' })
  const id = await first.waiting
  const own = desk.ecp('approvals', 'approve', id, '--config', 'agent.yaml', ...desk.flags.slice(2))
  expect(own.status, own.stderr).toBe(0)
  expect(await first.result).toMatchObject({ isError: true })
  expect(listed()).toMatchObject([{ approval: id, state: 'pending', approvedBy: 0, answers: [{ worth: 'unsigned' }] }])
  expect(existsSync(path)).toBe(false)
  expect(ecp('approvals', 'approve', id, '--passphrase-file', pass).status).toBe(0)
  expect(await client.callTool({ name: 'files__write_file', arguments: { path, content: 'x' } })).not.toMatchObject({
    isError: true,
  })
  expect(readFileSync(path, 'utf8')).toBe('x')
})

test('watch tells of each held action as it comes, on a line of JSON, until it is interrupted', {
  timeout: 120_000,
}, async () => {
  desk = openPeopleDesk(needsOne)
  client = await desk.connect()
  const early = desk.ask(client, 'write_file', { path: join(desk.folder, 'a.txt'), content: 'a' })
  const first = await early.waiting
  const watching = desk.start('approvals', 'watch', '--json', ...desk.flags)
  const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]()
  const next = async () => JSON.parse(String((await lines.next()).value))
  expect(await next()).toMatchObject({ approval: first, asked: { arguments: { content: 'a' } } })
  const late = desk.ask(client, 'write_file', { path: join(desk.folder, 'b.txt'), content: 'b\u202e' })
  const told = await next()
  expect(told).toMatchObject({ approval: await late.waiting, client: 'stdio', change: { faults: [] } })
  expect(told.reasons.map(({ code }: { code: string }) => code)).toContain('write.needs-approval')
  const ended = once(watching, 'exit')
  watching.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  for (const id of [first, told.approval]) expect(ecp('approvals', 'deny', id).status).toBe(0)
  await Promise.all([early.result, late.result])
})
