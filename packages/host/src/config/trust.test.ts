import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import { refuseUntrusted, trust, trustState, untrust } from './trust.ts'

let root = ''
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'ecp-trust-')))
  await put('work/server.js', 'one')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = async (name: string, text: string) => {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}
const server = (command: string, args: readonly string[], more: Record<string, unknown> = {}) =>
  JSON.stringify({
    version: '0.5',
    tools: { servers: { x: { transport: { type: 'stdio', command, args, ...more } } } },
  })
const load = (more: { configFile?: string } = {}) =>
  loadConfig({ cwd: join(root, 'work'), home: join(root, 'home'), machineFile: join(root, 'none.yaml'), ...more })
const env = { PATH: '/usr/bin:/bin' }
const project = async (text: string) => {
  await put('work/ecp.config.json', text)
  return load()
}
const named = (files: readonly { path: string }[]) => files.map(({ path }) => path.slice(root.length + 1))

describe('trust', () => {
  it('is needed by a discovered project that wires something, until it is given, and again when it is taken', async () => {
    const loaded = await project(server('node', ['server.js']))
    expect(await trustState(loaded, env)).toMatchObject({
      trusted: false,
      reason: expect.stringMatching(/ecp\.config\.json.*was never trusted/),
    })
    await expect(refuseUntrusted(loaded, env)).rejects.toMatchObject({
      code: 'host.not-trusted',
      message: expect.stringMatching(/run `ecp trust`$/),
    })
    const { covers } = await trust(loaded, env)
    expect(named(covers)).toEqual(['work/ecp.config.json', 'work/server.js'])
    expect(await trustState(await load(), env)).toEqual({ trusted: true })
    await expect(refuseUntrusted(loaded, env)).resolves.toBeUndefined()
    expect(await untrust(loaded)).toBe(true)
    expect(await untrust(loaded)).toBe(false)
    expect(await trustState(loaded, env)).toMatchObject({ trusted: false })
  })

  it.each([
    ['nothing but security', '{"version": "0.5", "security": {"tools": {"allowServers": []}}}', true],
    ['an endpoint', '{"version": "0.5", "agents": {"endpoints": {"a": "https://a.example"}}}', false],
    ['secrets', '{"version": "0.5", "secrets": {"providers": {"dot.env": {"path": "x"}}}}', false],
    ['a ledger', '{"version": "0.5", "ledger": {"path": "x"}}', false],
  ])('of a project that says %s', async (_, text, trusted) => {
    expect(await trustState(await project(text), env)).toMatchObject({ trusted })
  })

  it('is not needed by the file that --config names, nor by the other layers', async () => {
    await put('home/.ecp/config.yaml', server('node', ['server.js']))
    expect(await trustState(await load(), env)).toEqual({ trusted: true })
    await rm(join(root, 'home'), { recursive: true })
    await put('work/ecp.config.json', server('node', ['server.js']))
    expect(await trustState(await load({ configFile: 'ecp.config.json' }), env)).toEqual({ trusted: true })
  })

  it.each([
    [
      'the config',
      () => put('work/ecp.config.json', `${server('node', ['server.js'])}\n`),
      /ecp\.config\.json` changed/,
    ],
    ['a script', () => put('work/server.js', 'two'), /server\.js` changed/],
    ['a script that is gone', () => rm(join(root, 'work/server.js')), /server\.js` is gone/],
    ['a new lock', () => put('work/ecp.lock.yaml', 'x'), /ecp\.lock\.yaml` is new/],
    [
      'a link in place of the script',
      async () => {
        const other = await put('outside.js', 'one')
        await rm(join(root, 'work/server.js'))
        await symlink(other, join(root, 'work/server.js'))
      },
      /outside\.js` is new/,
    ],
  ])('ends with a change: %s', async (_, change, reason) => {
    const loaded = await project(server('node', ['server.js']))
    await trust(loaded, env)
    await change()
    expect(await trustState(await load(), env)).toMatchObject({ trusted: false, reason: expect.stringMatching(reason) })
  })

  it('is in the bytes that were loaded, not in those that came since', async () => {
    const loaded = await project(server('node', ['server.js']))
    await put('work/ecp.config.json', server('node', ['other.js']))
    await trust(loaded, env)
    expect(await trustState(await load(), env)).toMatchObject({
      trusted: false,
      reason: expect.stringMatching(/config\.json` changed/),
    })
  })

  it.each<[command: string, args: string[], covered: string[], more?: Record<string, unknown>]>([
    ['./bin/run', [], ['bin/run']],
    ['run', [], ['bin/run'], { env: { PATH: './bin' } }],
    [
      'node',
      ['--require=./hook.cjs', '--import', './hook.mjs', './lib/index.js'],
      ['hook.cjs', 'hook.mjs', 'lib/index.js'],
    ],
    ['node', ['./hook'], ['hook.cjs', 'hook.mjs']],
    ['sh', ['-c', 'cd lib; ../x && ./bin/run "hook.cjs"|./hook.mjs'], ['bin/run', 'hook.cjs', 'hook.mjs']],
    ['node', ['.'], ['lib/main.js', 'package.json']],
    ['node', ['lib'], ['lib/index.js']],
    ['python3', ['-m', 'tool'], ['tool/__main__.py']],
    ['node', ['index.js'], ['lib/index.js'], { cwd: 'lib' }],
    ['npm', ['start'], ['package.json']],
    ['node', ['link.js'], ['lib/index.js']],
    ['node', ['../outside.js', '/etc/hosts'], []],
    ['deno', ['run', 'file:FOLDER/hook.mjs'], ['hook.mjs']],
  ])('covers what %s %j names', async (command, args, covered, more) => {
    for (const name of ['bin/run', 'hook.cjs', 'hook.mjs', 'lib/index.js', 'lib/main.js', 'tool/__main__.py'])
      await put(`work/${name}`, name)
    await put('work/package.json', '{"main": "./lib/main.js"}')
    await put('outside.js', 'x')
    await symlink('lib/index.js', join(root, 'work/link.js'))
    const given = args.map((arg) => arg.replace('FOLDER', `//${root}/work`))
    const state = await trustState(await project(server(command, given, more ?? {})), env)
    const expected = ['ecp.config.json', ...covered].map((name) => `work/${name}`)
    expect(state.trusted ? [] : named(state.covers)).toEqual(expected.toSorted())
  })

  it('says which folders it does not cover', async () => {
    await mkdir(join(root, 'work/data'))
    const state = await trustState(await project(server('mcp-server-filesystem', ['./data'])), env)
    expect(state).toMatchObject({
      trusted: false,
      uncovered: [{ path: join(root, 'work/data'), why: expect.stringMatching(/folder/) }],
    })
  })

  it("is kept in a file of one's own, and a damaged or shared one is no trust", async () => {
    const loaded = await project(server('node', ['server.js']))
    await trust(loaded, env)
    const file = join(root, 'home/.ecp/trust.json')
    if (process.platform !== 'win32') {
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect((await stat(dirname(file))).mode & 0o777).toBe(0o700)
      await chmod(file, 0o666)
      expect(await trustState(loaded, env)).toMatchObject({
        trusted: false,
        reason: expect.stringMatching(/can be written by others/),
      })
      await chmod(file, 0o600)
    }
    const text = await readFile(file, 'utf8')
    for (const damaged of ['', '{', '[]', '{"format":2,"projects":{}}', text.replace('"covers": [', '"covers": [1,')]) {
      await writeFile(file, damaged)
      expect(await trustState(loaded, env)).toMatchObject({
        trusted: false,
        reason: expect.stringMatching(/is damaged/),
      })
      await expect(trust(loaded, env)).rejects.toMatchObject({ code: 'host.not-trusted' })
    }
    await writeFile(file, text)
    expect(await trustState(loaded, env)).toEqual({ trusted: true })
  })

  it('is for the real place of the config: a copy elsewhere is not trusted', async () => {
    await trust(await project(server('node', ['server.js'])), env)
    await put('copy/ecp.config.json', server('node', ['server.js']))
    const copy = await loadConfig({
      cwd: join(root, 'copy'),
      home: join(root, 'home'),
      machineFile: join(root, 'none.yaml'),
    })
    expect(await trustState(copy, env)).toMatchObject({ trusted: false })
    await symlink(join(root, 'work'), join(root, 'way'))
    const way = await loadConfig({
      cwd: join(root, 'way'),
      home: join(root, 'home'),
      machineFile: join(root, 'none.yaml'),
    })
    expect(await trustState(way, env)).toEqual({ trusted: true })
  })
})
