import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterEach, expect, test } from 'vitest'
import { openPeopleDesk, type PeopleDesk } from './people.ts'

// A real client asks through `ecp mcp`; people grant with `ecp grants` in processes of their own.

let desk: PeopleDesk
let client: Client | undefined
afterEach(async () => {
  await client?.close()
  client = undefined
  desk[Symbol.dispose]()
})
const ecp = (...args: string[]) => desk.ecp(...args, ...desk.flags)
const parsed = (...args: string[]) => JSON.parse(ecp(...args, '--json').stdout)

test('a grant made from a held call lets it and others like it go through, is shown as a sentence, and ends when it is revoked', {
  timeout: 180_000,
}, async () => {
  desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"] }')
  client = await desk.connect()
  expect(ecp('grants', 'list').stderr).toContain('nothing is granted')
  const write = (name: string) => ({ path: join(desk.folder, name), content: name })
  const call = desk.ask(client, 'write_file', write('a.txt'))
  const id = await call.waiting

  const where = `within(args.path, ${JSON.stringify(desk.folder)})`
  const asking = ['grants', 'add', id, '--where', where, '--times', '3', '--for', '2h', '--note', 'its own folder']
  const unasked = ecp(...asking)
  expect(unasked).toMatchObject({ status: 3, stderr: expect.stringContaining('no terminal to ask on') })
  expect(unasked.stderr).toMatch(
    /`files:write_file` may be called by executor `assistant` for `\S+`, when `path` lies within "\S+" \(whatever its other arguments are\), at most 3 times, until \S+ \S+ UTC, in run `\S+` only/,
  )
  expect(parsed('grants', 'list', '--all')).toEqual([])
  const added = ecp(...asking, '--yes')
  expect(added.status, added.stderr).toBe(0)
  expect(added.stderr).toContain('the answer is unsigned')
  expect(added.stdout).toContain(`the call that waited under ${id} may go on, too`)
  expect(await call.result).not.toMatchObject({ isError: true })
  expect(await desk.ask(client, 'write_file', write('b.txt')).result).not.toMatchObject({ isError: true })
  expect(readFileSync(join(desk.folder, 'b.txt'), 'utf8')).toBe('b.txt')

  const [grant] = parsed('grants', 'list')
  expect(grant).toMatchObject({ state: 'given', used: 2, givenBy: 1, approval: id, terms: { uses: 3 } })
  expect(ecp('grants', 'list').stdout).toMatch(/given +1 of 1 +2 of 3 .*files:write_file/)
  const shown = ecp('grants', 'show', grant.grant.slice(0, 8)).stdout
  expect(shown).toContain(`condition (CEL): ${where}`)
  expect(shown).toContain('used 2 of 3 times')
  expect(shown).toMatch(/“its own folder” +it counts/)
  expect(parsed('approvals', 'list', '--all')).toMatchObject([{ approval: id, state: 'cancelled', grant: grant.grant }])
  expect(ecp('trace', 'last').stdout).toContain(`(use 2 of 3 of grant \`${grant.grant}\`)`)

  expect(ecp('grants', 'revoke', grant.grant).stdout).toContain('is revoked')
  expect(ecp('grants', 'revoke', grant.grant)).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('is revoked'),
  })
  const held = desk.ask(client, 'write_file', write('c.txt'))
  ecp('approvals', 'deny', await held.waiting)
  expect(await held.result).toMatchObject({ isError: true })
  expect(existsSync(join(desk.folder, 'c.txt'))).toBe(false)
  expect(ecp('trace', 'verify').status).toBe(0)
})

test('with approvers a grant needs as many signatures as an approval does, and nothing else gives it', {
  timeout: 180_000,
}, async () => {
  desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"], approval: { approvers: [ops], quorum: 2 } }')
  // What an agent's own configuration would be: the same, and nobody has to sign.
  desk.write('agent.yaml', readFileSync(join(desk.folder, 'host.yaml'), 'utf8'))
  const passes = new Map(
    ['ada', 'bob'].map((name) => {
      const file = desk.passphrase(`${name}.pass`, `the passphrase of ${name}`)
      const into = ['--into', 'host.yaml', '--groups', 'ops']
      expect(desk.ecp('approvers', 'add', name, '--passphrase-file', file, ...into).status).toBe(0)
      return [name, file] as const
    }),
  )
  const by = (name: string) => ['--as', name, '--passphrase-file', passes.get(name) ?? '', '--yes']
  client = await desk.connect()
  const path = join(desk.folder, 'out.txt')
  const call = desk.ask(client, 'write_file', { path, content: 'x' })
  const id = await call.waiting
  const terms = ['--where', 'args.content == "x"', '--times', '1', '--for', '1h', '--scope', 'principal']

  // The agent's own shell: it has no passphrase, and its own configuration without approvers gives nothing.
  expect(ecp('grants', 'add', id, ...terms, '--yes')).toMatchObject({ status: 2 })
  const own = ['--config', 'agent.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  expect(desk.ecp('grants', 'add', id, ...terms, '--yes', ...own)).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('no approvers are configured'),
  })
  const wrong = desk.passphrase('wrong.pass', 'a guess')
  expect(ecp('grants', 'add', id, ...terms, '--as', 'ada', '--passphrase-file', wrong, '--yes').stderr).toContain(
    'the passphrase does not open',
  )
  expect(parsed('grants', 'list', '--all')).toEqual([])

  const { run } = parsed('approvals', 'list')[0]
  const offered = ecp('grants', 'add', '--run', run, '--tool', 'files:write_file', ...terms, ...by('ada'), '--json')
  expect(offered.status, offered.stderr).toBe(0)
  const { grant, state } = JSON.parse(offered.stdout)
  expect(state).toBe('offered')
  expect(parsed('approvals', 'list')).toMatchObject([{ approval: id, state: 'pending' }])
  expect(ecp('grants', 'sign', grant, ...by('ada'))).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('has given it already'),
  })
  const signed = ecp('grants', 'sign', grant, ...by('bob'))
  expect(signed.stderr).toContain('in any run of')
  expect(signed.stdout).toContain('is given')
  expect(await call.result).not.toMatchObject({ isError: true })
  expect(readFileSync(path, 'utf8')).toBe('x')
  expect(parsed('grants', 'list', '--all')).toMatchObject([
    { grant, state: 'spent', used: 1, givenBy: 2, givers: [{ worth: 'counts' }, { worth: 'counts' }] },
  ])
  expect(ecp('grants', 'show', grant).stdout).toContain('good signature: it counts')
})

test('what cannot be granted is refused before anybody signs, and says why', { timeout: 120_000 }, async () => {
  desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"], approval: { expiresAfter: 1h } }')
  expect(ecp('grants', 'add', 'x', '--where', 'true', '--times', '1', '--for', '1h')).toMatchObject({ status: 2 })
  client = await desk.connect()
  const call = desk.ask(client, 'write_file', { path: join(desk.folder, 'a.txt'), content: 'x' })
  const id = await call.waiting
  const add = (where: string, times: string, lasts: string, ...more: string[]) =>
    ecp('grants', 'add', ...more, '--where', where, '--times', times, '--for', lasts, '--yes')
  expect(add('args.path ==', '1', '1h', id)).toMatchObject({ status: 3, stderr: expect.stringContaining('condition') })
  expect(add('inputs.open', '1', '1h', id).stderr).toContain('can look at `args` only')
  expect(add('true', '0', '1h', id).stderr).toContain('1 to 1000 uses')
  expect(add('true', 'many', '1h', id).stderr).toContain('1 to 1000 uses')
  expect(add('true', '1', '2h', id).stderr).toContain('holds for 3600 s at most')
  expect(add('true', '1', 'ever', id)).toMatchObject({ status: 2, stderr: expect.stringContaining('`--for`') })
  expect(add('true', '1', '1h')).toMatchObject({ status: 2, stderr: expect.stringContaining('name the approval') })
  expect(add('true', '1', '1h', '--run', 'r', '--tool', 'files:x').stderr).toContain('nobody was asked about')
  expect(parsed('grants', 'list', '--all')).toEqual([])
  expect(parsed('approvals', 'list')).toMatchObject([{ approval: id, state: 'pending' }])

  // One that does not fit the call that waits is given, and says so; a prefix of a path is not what it looks like.
  const other = add('args.path.startsWith("/elsewhere/\u202e")', '1', '1h', id)
  expect(other.stderr).toContain('use within()')
  expect(other.stderr).toContain('`path` begins with "/elsewhere/\\u{202e}"')
  expect(other.stderr).not.toContain('\u202e')
  expect(other.stdout).toContain('does not fit the call')
  ecp('approvals', 'deny', id)
  expect(await call.result).toMatchObject({ isError: true })
})
