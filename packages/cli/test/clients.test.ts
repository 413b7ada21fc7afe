import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'

let desk: Desk
const flags = ['--config', 'host.yaml', '--trace-dir', 'ledger']
const add = (name: string, ...more: string[]) =>
  desk.ecp('clients', 'add', name, '--context', 'assistant.yaml', '--executor', 'assistant', ...more, ...flags)
const file = () => join(desk.folder, 'ledger', 'clients.json')
const stored = () => JSON.parse(readFileSync(file(), 'utf8')) as { clients: Record<string, unknown>[] }

beforeEach(() => {
  desk = openDesk()
  desk.write('host.yaml', configYaml('things', 'node'))
  const inputs = 'inputs: { limit: { type: integer } }'
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["things:get"] }', inputs))
})
afterEach(() => desk[Symbol.dispose]())

test('add prints the token, alone and once; what is kept is its hash, with what it stands for', () => {
  const { status, stdout, stderr } = add('editor', '-i', 'limit=5', '--names', 'plain', '--expires', '30d')
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(stdout).toMatch(/^ecp_[\w-]{43}\n$/)
  const token = stdout.trim()
  expect(stderr).toMatch(
    /^editor may connect to `ecp serve` as executor `assistant` of .*assistant\.yaml, until \d{4}-.*Z\nthis is its token, which is not shown again/,
  )
  expect(stderr).not.toContain(token)
  const [editor] = stored().clients
  expect(editor).toEqual({
    name: 'editor',
    context: join(desk.folder, 'assistant.yaml'),
    executor: 'assistant',
    inputs: { limit: '5' },
    names: 'plain',
    tokenHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    createdAt: expect.any(Number),
    expiresAt: Number(editor?.createdAt) + 30 * 86_400_000,
  })
  expect(readFileSync(file(), 'utf8')).not.toContain(token)
  if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('list tells who may connect, and never a token or a hash; revoke ends one', () => {
  const { token, ...added } = JSON.parse(add('editor', '--json').stdout) as { token: string }
  expect(added).toEqual({
    name: 'editor',
    context: join(desk.folder, 'assistant.yaml'),
    executor: 'assistant',
    inputs: {},
    names: 'prefixed',
    file: file(),
  })
  expect(add('brief', '--expires', '1ms').status).toBe(0)
  const [editor] = stored().clients
  const shown = desk.ecp('clients', 'list', ...flags)
  expect(shown).toMatchObject({ status: 0, stderr: '' })
  expect(shown.stdout).toMatch(/editor +ecp clients add +never +assistant +.*assistant\.yaml\n/)
  expect(shown.stdout).toMatch(/brief +ecp clients add +\d{4}-\S+ \S+ \(over\) +assistant /)
  const json = desk.ecp('clients', 'list', '--json', ...flags).stdout
  expect(JSON.parse(json)).toMatchObject([
    { kind: 'token', name: 'editor', expired: false },
    { kind: 'token', name: 'brief', expired: true },
  ])
  for (const secret of [token, String(editor?.tokenHash), 'tokenHash'])
    expect(shown.stdout + json).not.toContain(secret)

  expect(desk.ecp('clients', 'revoke', 'editor', ...flags)).toMatchObject({
    status: 0,
    stdout: 'revoked: the token of editor is one of nobody from now on\n',
  })
  expect(stored().clients.map(({ name }) => name)).toEqual(['brief'])
  expect(JSON.parse(desk.ecp('clients', 'revoke', 'brief', '--json', ...flags).stdout)).toEqual({
    name: 'brief',
    revoked: true,
    file: file(),
  })
  expect(desk.ecp('clients', 'list', ...flags)).toMatchObject({ status: 0, stdout: '' })
})

test('whom the config lets connect is listed beside them, is no name to take, and is not revoked here', () => {
  desk.write(
    'host.yaml',
    `${configYaml('things', 'node')}
gateway:
  clients:
    reviewer: { context: assistant.yaml, executor: assistant, token: { provider: process.env, key: NOT_SET } }
  issuers:
    corp:
      issuer: https://id.example
      audience: ecp
      as: [{ claims: { groups: dev }, context: assistant.yaml, executor: assistant, names: plain }]
`,
  )
  expect(add('editor').status).toBe(0)
  const shown = desk.ecp('clients', 'list', ...flags).stdout
  expect(shown).toMatch(/^reviewer +config .*host\.yaml:\d+:\d+ +never +assistant /m)
  expect(shown).toMatch(/^corp\/\* +JWT of https:\/\/id\.example \{"groups":"dev"\} +as it says +assistant /m)
  expect(JSON.parse(desk.ecp('clients', 'list', '--json', ...flags).stdout)).toMatchObject([
    { kind: 'token', name: 'editor' },
    { kind: 'config', name: 'reviewer', context: join(desk.folder, 'assistant.yaml'), names: 'prefixed' },
    {
      kind: 'issuer',
      name: 'corp',
      token: { issuer: 'https://id.example', claims: { groups: 'dev' } },
      names: 'plain',
    },
  ])
  const taken = add('reviewer')
  expect(taken).toMatchObject({ status: 2, stdout: '' })
  expect(taken.stderr).toMatch(/client `reviewer` is there already, in the configuration \(.*host\.yaml:\d+:\d+\)/)
  const kept = desk.ecp('clients', 'revoke', 'reviewer', ...flags)
  expect(kept.status).toBe(2)
  expect(kept.stderr).toMatch(/client `reviewer` is one of the configuration \(.*\): take it out there/)
})

test('what the host would refuse is refused before anything is kept, as `ecp mcp` would', () => {
  desk.write('broken.yaml', 'kind: Context\n')
  const two = '{ default: deny, allow: ["things:get", "others:get"] }'
  desk.write('two.yaml', contextYaml(two))
  const servers = 'tools: { allowServers: [things, others] }'
  const others = '    others: { transport: { type: stdio, command: node } }'
  const config = configYaml('things', 'node').replace('tools: { allowServers: [things] }', servers)
  desk.write('host.yaml', config.replace('security:', `${others}\nsecurity:`))
  const called = (...args: string[]) => desk.ecp('clients', 'add', ...args, ...flags)
  const cases: readonly (readonly [args: readonly string[], status: number, why: RegExp])[] = [
    [['a', '--context', 'none.yaml', '--executor', 'assistant'], 2, /none\.yaml/],
    [['a', '--context', 'broken.yaml', '--executor', 'assistant'], 2, /broken\.yaml:1:1/],
    [
      ['a', '--context', 'assistant.yaml', '--executor', 'asistant'],
      2,
      /no executor `asistant`; did you mean `assistant`\?/,
    ],
    [
      ['a', '--context', 'assistant.yaml', '--executor', 'assistant', '-i', 'limit=x'],
      3,
      /`limit` is not of type integer/,
    ],
    [['a', '--context', 'assistant.yaml', '--executor', 'assistant', '-i', 'max=1'], 3, /input `max` is not declared/],
    [['a', '--context', 'two.yaml', '--executor', 'assistant', '--names', 'plain'], 3, /plain names need an executor/],
    [['corp/a', '--context', 'assistant.yaml', '--executor', 'assistant'], 2, /`corp\/a` is no name for a client/],
    [['(local)', '--context', 'assistant.yaml', '--executor', 'assistant'], 2, /is no name for a client/],
    [['a', '--context', 'assistant.yaml', '--executor', 'assistant', '--expires', 'soon'], 2, /such as 30d/],
    [['a', '--context', 'assistant.yaml', '--executor', 'assistant', '--expires', '99999999d'], 2, /such as 30d/],
    [['a', '--context', 'assistant.yaml'], 2, /--executor/],
  ]
  for (const [args, status, why] of cases) {
    const ended = called(...args)
    expect(ended.stderr).toMatch(why)
    expect(ended).toMatchObject({ status, stdout: '' })
  }
  expect(existsSync(file())).toBe(false)
})

test('a name is taken once, one that is not there is said with the nearest, and a damaged file is left as it is', () => {
  expect(add('editor').status).toBe(0)
  const before = readFileSync(file(), 'utf8')
  expect(add('editor')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('is there already') })
  expect(desk.ecp('clients', 'revoke', 'editr', ...flags)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('did you mean `editor`?'),
  })
  expect(readFileSync(file(), 'utf8')).toBe(before)
  writeFileSync(file(), '{')
  for (const ended of [
    add('other'),
    desk.ecp('clients', 'list', ...flags),
    desk.ecp('clients', 'revoke', 'editor', ...flags),
  ]) {
    expect(ended).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('is damaged') })
  }
  expect(readFileSync(file(), 'utf8')).toBe('{')
})

test('without a config those that were added are listed; a project that nobody trusts lets nobody in', () => {
  expect(add('editor').status).toBe(0)
  expect(desk.ecp('clients', 'list', '--trace-dir', 'ledger').stdout).toContain('editor')
  const nobody = desk.ecp('clients', 'list')
  expect(nobody).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('nobody may connect') })
  desk.write('ecp.config.yaml', configYaml('things', 'node'))
  const args = ['clients', 'add', 'a', '--context', 'assistant.yaml', '--executor', 'assistant']
  expect(desk.ecp(...args)).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('ecp trust') })
})
