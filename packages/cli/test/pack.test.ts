import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configYaml, contextYaml } from './desk.ts'

// What a user gets: the packed packages, installed into an empty folder, without a checkout around them.
const repository = join(import.meta.dirname, '..', '..', '..')
const minutes = 60_000
let place = ''
let home = ''

function run(command: string, args: readonly string[], cwd: string) {
  // Not the PATH of this test: npm puts the repository's own Node and `ecp` there.
  const path = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)]
  const clean = path.filter((folder) => !folder.startsWith(repository) || folder === dirname(process.execPath))
  const env = { PATH: clean.join(delimiter), HOME: home, USERPROFILE: home, NO_COLOR: '1' }
  return spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: minutes })
}
// npm is not what is tried here: it gets this machine's settings, cache and proxy.
const npm = (args: readonly string[], cwd: string) =>
  spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: 4 * minutes, maxBuffer: 64 * 1024 * 1024 })
const installedEcp = () => join(place, 'node_modules', '@ecp', 'cli', 'bin', 'ecp.js')

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const ecp = (...args: string[]) => run(process.execPath, [installedEcp(), ...args], place)

beforeAll(() => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-pack-')))
  place = join(root, 'place')
  home = join(root, 'home')
  const tarballs = join(root, 'tarballs')
  for (const folder of [place, home, tarballs]) mkdirSync(folder)
  const packed = npm(['pack', '--workspaces', '--pack-destination', tarballs], repository)
  expect(packed.status, packed.stderr).toBe(0)
  writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true }))
  install('ecp-{cli,console,protocol}-*.tgz')
}, 10 * minutes)
function install(packages: string) {
  const tarballs = join(dirname(place), 'tarballs')
  const files = globSync(packages, { cwd: tarballs }).map((file) => join(tarballs, file))
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  const installed = npm(['install', ...flags, ...files], place)
  expect(installed.status, installed.stderr).toBe(0)
}
afterAll(() => rmSync(dirname(place), { recursive: true, force: true }))

describe('the packed ecp in an empty folder', () => {
  test('holds what is built and nothing else', () => {
    const files = globSync('node_modules/@ecp/*/**/*', { cwd: place, exclude: ['**/node_modules/*/node_modules/**'] })
    expect(
      files.filter((file) => file.includes('.test.') || /(?<!\.d)\.ts$/.test(file) || file.endsWith('.tsbuildinfo')),
    ).toEqual([])
  })

  test('needs no package but the console and the language, and says what else is in it', () => {
    const { dependencies } = readJson(join(place, 'node_modules', '@ecp', 'cli', 'package.json'))
    expect(Object.keys(dependencies)).toEqual(['@ecp/console', '@ecp/protocol'])
    expect(existsSync(join(place, 'node_modules', '@modelcontextprotocol'))).toBe(false)
    const notice = readFileSync(join(place, 'node_modules', '@ecp', 'cli', 'dist', 'THIRD-PARTY.txt'), 'utf8')
    const named = [...notice.matchAll(/^(\S+) \d+\.\d+\.\d\S* \(.+\)$/gm)].map(([, name]) => name)
    expect(named).toEqual(
      expect.arrayContaining(['@modelcontextprotocol/client', 'commander', 'hono', 'undici', 'zod']),
    )
    expect(notice).toContain('MIT License')
  })

  test('says its version', () => {
    const { status, stdout } = ecp('--version')
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0.5.0\n' })
  })

  test('loads next to nothing for --help, so that it answers at once', () => {
    const hook = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      process.on('exit', () => console.error(JSON.stringify(loaded)))`
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]
    const { status, stdout, stderr } = run(process.execPath, [...preload, installedEcp(), '--help'], place)
    expect(status).toBe(0)
    expect(stdout).toContain('Usage: ecp')
    const loaded = (JSON.parse(stderr) as string[]).filter((url) => url.startsWith('file:')) // reason: printed by the hook
    const bytes = loaded.reduce((sum, url) => sum + statSync(new URL(url)).size, 0)
    // All of it is over 8 million.
    expect(bytes).toBeLessThan(200_000)
  })

  test('makes a configuration that passes its own validation', () => {
    expect(ecp('config', 'init')).toMatchObject({ status: 0, stderr: '' })
    writeFileSync(join(place, 'assistant.yaml'), contextYaml('{ default: deny }'))
    expect(ecp('validate', 'assistant.yaml')).toMatchObject({ status: 0 })
  })

  test('stands between a client and a server', async () => {
    const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
    writeFileSync(join(place, 'host.yaml'), configYaml('files', process.execPath, [filesystem, place]))
    writeFileSync(join(place, 'reader.yaml'), contextYaml('{ default: deny, allow: ["files:list_directory"] }'))
    const args = ['mcp', '--context', 'reader.yaml', '--executor', 'assistant', '--config', 'host.yaml']
    const client = new Client({ name: 'test', version: '1.0.0' })
    const env = { HOME: home, PATH: dirname(process.execPath) }
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [installedEcp(), ...args], cwd: place, env }),
    )
    try {
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['files__list_directory'])
      const listed = await client.callTool({ name: 'files__list_directory', arguments: { path: place } })
      expect(listed).toMatchObject({ content: [{ text: expect.stringContaining('reader.yaml') }] })
      expect(await client.callTool({ name: 'files__move_file', arguments: {} })).toMatchObject({ isError: true })
    } finally {
      await client.close()
    }
    expect(ecp('trace', 'last', '--config', 'host.yaml').stdout).toContain('2 actions: 1 allowed, 1 denied')
    expect(ecp('trace', 'verify', '--config', 'host.yaml')).toMatchObject({ status: 0 })
  })

  test('serves the console, under its strict policy, and gives a link to it', async () => {
    expect(globSync('node_modules/@ecp/console/dist/assets/*.js', { cwd: place }).length).toBeGreaterThan(0)
    expect(existsSync(join(place, 'node_modules', 'react'))).toBe(false)
    const flags = ['--config', 'host.yaml', '--trace-dir', 'ledger']
    const acts = ['--context', 'reader.yaml', '--executor', 'assistant', '--listen', '127.0.0.1:0', '--json']
    const env = { HOME: home, PATH: dirname(process.execPath) }
    const child = spawn(process.execPath, [installedEcp(), 'serve', ...acts, ...flags], { cwd: place, env })
    try {
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
      const { url } = JSON.parse(String(line))
      const page = await fetch(url)
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
      const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text()) ?? []
      const loaded = await fetch(url + script)
      expect(loaded.status).toBe(200)
      expect(loaded.headers.get('content-type')).toContain('text/javascript')
      const { stdout } = ecp('console', ...flags)
      const code = stdout.trim().split('#code=')[1]
      const headers = { 'content-type': 'application/json' }
      const session = await fetch(`${url}/console/api/session`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ code }),
      })
      expect(session.status).toBe(200)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  test(
    'the libraries are complete with their types, which say when something is wrong',
    () => {
      install('*.tgz')
      expect(globSync('node_modules/@ecp/*/dist/index.js', { cwd: place }).length).toBe(6)
      writeFileSync(
        join(place, 'program.ts'),
        `import { openHost } from '@ecp/host'
import { type Decision, parseContext } from '@ecp/protocol'
export const read: typeof parseContext = parseContext
export const open = openHost
// @ts-expect-error: there is no such effect
export const effect: Decision['effect'] = 'perhaps'
`,
      )
      const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
      const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck']
      const { status, stdout } = run(process.execPath, [compiler, ...flags, 'program.ts'], place)
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    },
    5 * minutes,
  )
})

// In CI an old Node is there (20 is what it has); elsewhere the test is skipped by name where none is.
const older = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
  .filter((file) => existsSync(file))
  .find(
    (file) => Number(spawnSync(file, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }).stdout) < 24,
  )

test.runIf(older || process.env.CI)('an older Node is told which one is needed', () => {
  expect(older, 'CI needs a Node older than 24 on PATH, such as 20').toBeDefined()
  const { status, stderr, stdout } = run(
    older ?? '',
    [join(repository, 'packages', 'cli', 'bin', 'ecp.js'), '--version'],
    place,
  )
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^ecp needs Node 24 or newer; this is \d+\.\d+\.\d+ \(.*\)\.\n$/)
})
