import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'
import { program } from './program.ts'

// What came with a clone can name commands: nothing of it starts before a person said so.
let desk: Desk
beforeEach(() => {
  desk = openDesk()
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["mine:*"] }'))
  desk.write('ecp.config.yaml', configYaml('mine', process.execPath, ['./server.js', 'two words']))
  writeServer('first')
})
afterEach(() => desk[Symbol.dispose]())

/** A server that leaves a mark when it starts, and says nothing. */
function writeServer(mark: string): string {
  return desk.write('server.js', `import { writeFileSync } from 'node:fs'\nwriteFileSync('started-${mark}', '')\n`)
}
const started = (mark: string) => existsSync(join(desk.folder, `started-${mark}`))

test('shows what it covers, is refused where nobody can be asked, and holds until something changes', () => {
  const refused = desk.ecp('trust')
  expect(refused.status).toBe(3)
  expect(refused.stderr).toContain('./server.js "two words"')
  expect(refused.stderr).toContain(`covers ${join(desk.folder, 'server.js')}`)
  expect(refused.stderr).toContain('run `ecp trust --yes`')
  expect(desk.ecp('trust', '--yes')).toMatchObject({ status: 0, stdout: expect.stringContaining('trusted') })
  expect(desk.ecp('trust')).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to trust') })
  writeServer('second')
  const changed = desk.ecp('trust')
  expect(changed.status).toBe(3)
  expect(changed.stderr).toContain('changed since it was trusted')
})

test('before it is trusted, and after its script changed, mcp and lock start nothing', () => {
  const mcp = ['mcp', '--context', 'assistant.yaml', '--executor', 'assistant']
  for (const args of [mcp, ['lock']]) {
    const { status, stdout, stderr } = desk.ecp(...args)
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
    expect(stderr).toContain('ecp trust')
    expect(started('first')).toBe(false)
  }
  desk.ecp('trust', '--yes')
  // It is no MCP server, so that it cannot be locked; but it was started.
  expect(desk.ecp('lock').status).toBe(1)
  expect(started('first')).toBe(true)

  writeServer('second')
  for (const args of [mcp, ['lock']]) expect(desk.ecp(...args).status).toBe(3)
  expect(started('second')).toBe(false)
})

test('whom a project lets connect to `ecp serve`, and by what, is shown to whoever is asked', () => {
  const acts = 'context: assistant.yaml, executor: assistant'
  desk.write(
    'ecp.config.yaml',
    `version: "0.5"
gateway:
  clients: { editor: { ${acts}, token: { provider: process.env, key: HOME } } }
  issuers:
    corp: { issuer: "https://id.example", jwksUri: "https://keys.example/jwks", audience: ecp, as: [{ ${acts} }] }
`,
  )
  const { status, stderr } = desk.ecp('trust')
  expect(status).toBe(3)
  expect(stderr).toContain('  lets editor connect by process.env:HOME\n')
  expect(stderr).toContain(
    '  lets clients of corp connect by tokens of https://id.example, with keys from https://keys.example/jwks\n',
  )
})

test('a configuration that was named is trusted by that', () => {
  expect(desk.ecp('lock', '--config', 'ecp.config.yaml').status).toBe(1)
  expect(started('first')).toBe(true)
})

describe('an agent’s client in a folder that came with a clone', () => {
  const mcp = ['mcp', '--context', 'assistant.yaml', '--executor', 'assistant']
  const witness = fixtureProgram('witness-server')
  const script = (note: string) =>
    desk.write('server.js', `process.argv[2] = 'heard.jsonl'; // ${note}\nawait import(${JSON.stringify(witness)})\n`)
  const heard = () => existsSync(join(desk.folder, 'heard.jsonl'))

  /** What one look through a real client gives. */
  async function look(): Promise<unknown> {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const env = { HOME: desk.home, PATH: '' }
    const args = [program, ...mcp]
    await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: desk.folder, env }))
    try {
      await client.listTools()
      return await client.callTool({ name: 'mine__look', arguments: {} })
    } finally {
      await client.close()
    }
  }
  function expectRefused(...named: string[]): void {
    const { status, stdout, stderr } = desk.ecp(...mcp)
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
    expect(stderr).toContain('run `ecp trust`')
    for (const one of named) expect(stderr).toContain(one)
  }

  test('nothing starts before trust; then it works; what changed is named and stops it again', async () => {
    script('first')
    expectRefused(join(desk.folder, 'ecp.config.yaml'))
    expect(heard()).toBe(false)
    expect(desk.ecp('trust', '--yes').status).toBe(0)
    expect(await look()).toEqual({ content: [{ type: 'text', text: 'look done' }] })

    script('second')
    expectRefused(join(desk.folder, 'server.js'), 'changed since it was trusted')
    expect(desk.ecp('trust', '--yes').status).toBe(0)
    expect(await look()).not.toHaveProperty('isError')

    // The lock says what the tools are: one that appears is looked at, too.
    const lock = desk.write('ecp.lock.yaml', 'version: "0.5"\nservers: {}\n')
    expectRefused(lock)
    rmSync(lock)
    rmSync(join(desk.folder, 'server.js'))
    expectRefused(join(desk.folder, 'server.js'))
  })

  test('the same bytes in another folder are not trusted', () => {
    script('first')
    expect(desk.ecp('trust', '--yes').status).toBe(0)
    using other = openDesk()
    for (const file of ['assistant.yaml', 'ecp.config.yaml', 'server.js'])
      other.write(file, readFileSync(join(desk.folder, file), 'utf8'))
    const { status, stdout } = other.ecpWith({ HOME: desk.home }, ...mcp)
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
  })
})

describe('a project under a user’s configuration', () => {
  const outer = (text: string) => {
    mkdirSync(join(desk.home, '.ecp'), { recursive: true })
    writeFileSync(join(desk.home, '.ecp', 'config.yaml'), text)
  }
  const mcp = ['mcp', '--context', 'assistant.yaml', '--executor', 'assistant', '--config', 'ecp.config.yaml']

  test.each([
    ['redefine', 'transport: { type: stdio, command: ./other }'],
    [
      'add to',
      'transport: { type: stdio, command: ./server.js }, credentials: { bindings: [{ name: A, source: { provider: process.env, key: A } }] }',
    ],
    ['loosen', 'transport: { type: stdio, command: ./server.js }, tools: { drop: { effect: read } }'],
  ])('cannot %s a server that the user wired: both places are shown, nothing starts', (_verb, wiring) => {
    outer(configYaml('mine', process.execPath, [join(desk.folder, 'server.js')]))
    desk.write('ecp.config.yaml', `version: "0.5"\ntools: { servers: { mine: { ${wiring} } } }\n`)
    const { status, stdout, stderr } = desk.ecp(...mcp)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/ecp\.config\.yaml:2:\d+/)
    expect(stderr).toMatch(/\.ecp.config\.yaml:\d+:\d+/)
    expect(stderr).toContain('`mine`')
    expect(started('first')).toBe(false)
  })

  test('wires servers of its own only where the user lets projects, and never by allowing itself', () => {
    const user = configYaml('theirs', process.execPath)
    outer(user)
    const refused = desk.ecp(...mcp)
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: '' })
    expect(refused.stderr).toMatch(/ecp\.config\.yaml:4:\d+: server `mine` is wired by a project/)
    expect(refused.stderr).toMatch(/\.ecp.config\.yaml:7:\d+.* does not set `allowProjectServers`/)
    expect(started('first')).toBe(false)

    outer(user.replace('allowServers: [theirs]', '$&, allowProjectServers: true'))
    expect(desk.ecp('validate', 'assistant.yaml', '--config', 'ecp.config.yaml')).toMatchObject({
      status: 0,
      stderr: '',
    })
  })
})
