import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Gateway, witness } from '../../server/test/gateway.ts'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'

// Typos fail closed: an error with a place and exit code 2, never a permission.
let desk: Desk
beforeEach(() => {
  desk = openDesk()
  desk.write('host.yaml', hostYaml)
})
afterEach(() => desk[Symbol.dispose]())

// A server that leaves a mark when it is started.
const hostYaml = configYaml('files', process.execPath, ['-e', 'fs.writeFileSync("started", "")'])
const good = contextYaml('{ default: deny, allow: ["files:read"] }')

test('the Context that the typos are put into is sound', () => {
  desk.write('a.yaml', good)
  expect(desk.ecp('validate', 'a.yaml', '--config', 'host.yaml')).toMatchObject({ status: 0, stderr: '' })
})

describe.each([
  ['default: Deny', contextYaml('{ default: Deny }'), 'a.yaml:10:30', '`deny`'],
  ['a misspelt key', contextYaml('{ defualt: deny }'), 'a.yaml:10:21', '`default`'],
  ['a missing default', contextYaml('{ allow: ["files:read"] }'), 'a.yaml:10:', '`default`'],
  ['allow as text', contextYaml('{ default: deny, allow: "jira:*" }'), 'a.yaml:10:', 'list'],
  ['a strategy that is none', good.replace('single', 'singel'), 'a.yaml:5:', '`single`'],
  ['a specVersion that is none', good.replace('v0.5-draft', 'v0.6'), 'a.yaml:1:', 'ecp/v0.5-draft'],
  [
    'an entry point that is nobody',
    good.replace('entrypoint: assistant', 'entrypoint: asistant'),
    'a.yaml:5:',
    '`assistant`',
  ],
  [
    'a condition with a typo',
    contextYaml('{ default: deny, allow: [{ tool: "files:read", when: "arg.path == 1" }] }'),
    'a.yaml:10:',
    'arg',
  ],
  ['a budget below 1', `${good}      budgets: { maxToolCalls: 0 }\n`, 'a.yaml:11:', '0'],
  [
    'a provider that gets its key from the manifest',
    `${good}plugins: { version: "1", config: { openai: { apiKey: sk-literal } } }\n`,
    'a.yaml:11:',
    'host',
  ],
])('%s', (_what, source, where, hint) => {
  test('is an error with its place', () => {
    desk.write('a.yaml', source)
    const { status, stdout, stderr } = desk.ecp('validate', 'a.yaml', '--config', 'host.yaml')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(where)
    expect(stderr).toContain(hint)
    expect(stderr).not.toContain('sk-literal')
  })

  test('ends `ecp mcp` before it starts anything', () => {
    desk.write('a.yaml', source)
    expectNoStart(where, hint, '--config', 'host.yaml')
  })
})

/** `ecp mcp` says the place and what was meant, as a person's mistake, and has done nothing. */
function expectNoStart(where: string, hint: string, ...flags: string[]): void {
  const { status, stdout, stderr } = desk.ecp('mcp', '--context', 'a.yaml', '--executor', 'assistant', ...flags)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(where)
  expect(stderr).toMatch(/:\d+:\d+: /)
  expect(stderr).toContain(hint)
  expect(stderr).not.toMatch(/\n\s+at |defect/)
  expect(existsSync(join(desk.folder, 'started'))).toBe(false)
  expect(existsSync(join(desk.home, '.ecp', 'ledger'))).toBe(false)
}

describe.each([
  ['a misspelt area', hostYaml.replace('security:', 'securty:'), 'host.yaml:6:1', '`security`'],
  ['a misspelt list', hostYaml.replace('allowServers', 'alowServers'), 'host.yaml:7:12', '`allowServers`'],
  ['a list as text', hostYaml.replace('[files]', 'files'), 'host.yaml:7:26', 'list'],
  ['a name that nobody wired', hostYaml.replace('[files]', '[flies]'), 'host.yaml:7:27', 'files'],
  ['a transport that is none', hostYaml.replace('type: stdio', 'type: Stdio'), 'host.yaml:5:', '`stdio`'],
  ['a version that is none', hostYaml.replace('"0.5"', '"0.6"'), 'host.yaml:1:', '0.5'],
  ['no version', hostYaml.replace('version: "0.5"\n', ''), 'host.yaml:1:', 'version'],
  ['a mode with a capital', `${hostYaml}  writes: { mode: Forbid }\n`, 'host.yaml:', '`forbid`'],
  [
    'a switch as text',
    `${hostYaml}  network: { allowPrivateAddresses: "no" }\n`,
    'host.yaml:',
    'allowPrivateAddresses',
  ],
  ['the same key twice', `${hostYaml}version: "0.5"\n`, 'host.yaml:', 'version'],
])('in the host configuration: %s', (_what, source, where, hint) => {
  test('is an error with its place, and starts nothing', () => {
    desk.write('a.yaml', good)
    desk.write('host.yaml', source)
    const { status, stderr } = desk.ecp('validate', 'a.yaml', '--config', 'host.yaml')
    expect(status).toBe(2)
    expect(stderr).toContain(where)
    expect(stderr).toContain(hint)
    expectNoStart(where, hint, '--config', 'host.yaml')
  })
})

test.each(['baseURL: https://evil.example', 'headers: { a: b }', 'apiKey: sk-literal'])(
  'a manifest cannot set a provider’s %s',
  (setting) => {
    desk.write('a.yaml', `${good}plugins: { version: "1", config: { openai: { ${setting} } } }\n`)
    const { stderr } = desk.ecp('validate', 'a.yaml', '--config', 'host.yaml')
    expect(stderr).toContain(setting.slice(0, setting.indexOf(':')))
    expectNoStart('a.yaml:11:', 'host', '--config', 'host.yaml')
  },
)

describe('layers of the host configuration', () => {
  function outer(yaml: string): void {
    mkdirSync(join(desk.home, '.ecp'))
    writeFileSync(join(desk.home, '.ecp', 'config.yaml'), yaml)
  }

  test('a project that redefines a server of an outer layer is refused, with both places', () => {
    outer(configYaml('files', 'files', [], '  writes: { mode: forbid }'))
    desk.write('a.yaml', good)
    const { status, stderr } = desk.ecp('validate', 'a.yaml', '--config', 'host.yaml')
    expect(status).toBe(2)
    expect(stderr).toMatch(/host\.yaml:4:/)
    expect(stderr).toMatch(/config\.yaml:4:/)
  })

  test.each(['', 'tools: { allowServers: [] }', 'loggers: {}'])('security `%s` allows no server', (security) => {
    const [wiring] = configYaml('files', 'files').split('security:')
    desk.write('host.yaml', `${wiring}${security ? `security: { ${security} }` : ''}\n`)
    desk.write('a.yaml', good)
    const { status, stderr } = desk.ecp('validate', 'a.yaml', '--config', 'host.yaml')
    expect(status).toBe(3)
    expect(stderr).toContain('host.server-not-allowed')
  })
})

describe('lists that are missing or empty allow nothing', () => {
  const executors = {
    missing: {},
    'no-list': { toolAccess: { default: 'deny' } },
    empty: { toolAccess: { default: 'deny', allow: [] } },
    full: { toolAccess: { default: 'deny', allow: ['witness:look'] } },
    // The host does not say that a default counts.
    default: { toolAccess: { default: 'allow' } },
  }

  async function offered(gateway: Gateway, executor: string) {
    const wire = await gateway.wire(executor)
    const { result } = await wire.request('tools/list')
    const called = await wire.call('witness__look')
    expect(await wire.close()).toBe(0)
    return { tools: result?.tools, refused: called.isError === true }
  }

  test('in the Context: nothing is shown, nothing can be called, no server is started', async () => {
    using gateway = new Gateway((at) => ({ servers: { witness: witness(at) }, policies: executors }))
    const nothing = { tools: [], refused: true }
    for (const executor of ['missing', 'no-list', 'empty'])
      expect(await offered(gateway, executor), executor).toEqual(nothing)
    expect(existsSync(join(gateway.desk.folder, 'heard.jsonl'))).toBe(false)
    expect(await offered(gateway, 'default')).toEqual(nothing)
    expect(gateway.witnessed()).toEqual([])
    expect(await offered(gateway, 'full')).toMatchObject({ tools: [{ name: 'witness__look' }], refused: false })
  })

  test.each([
    ['no security at all', undefined],
    ['no list of servers', { tools: {} }],
    ['an empty list of servers', { tools: { allowServers: [] } }],
    ['an empty ceiling', { tools: { allowServers: ['witness'], allow: [] } }],
    ['no kind of plugin', { tools: { allowServers: ['witness'] }, plugins: { allowKinds: [] } }],
  ])('in the host configuration: %s', async (_what, security) => {
    using gateway = new Gateway((at) => ({
      servers: { witness: witness(at) },
      policies: executors,
      security: { tools: {}, ...security },
    }))
    expect(await offered(gateway, 'full')).toEqual({ tools: [], refused: true })
    expect(gateway.witnessed()).toEqual([])
  })

  test.each([
    ['missing', ''],
    ['empty', 'models: { allowProviders: [], allowedModels: {} }, memory: { allowStores: [] }'],
    [
      'full',
      'models: { allowProviders: [it], allowedModels: { it: [m] } }, memory: { allowStores: [notes], defaultStore: notes }',
    ],
  ])('models and memory stores: %s', (which, security) => {
    const wiring = 'models: { providers: { it: { defaultModel: m } } }\nmemory: { stores: { notes: {} } }\n'
    desk.write('host.yaml', `version: "0.5"\n${wiring}security: { ${security} }\n`)
    const needs = '    model: { provider: it, name: m }\n    memory: { scope: user }\n'
    const memory = '      memoryAccess: { allowRead: true, allowWrite: true }\n'
    desk.write(
      'a.yaml',
      contextYaml('{ default: deny }').replace('    policies:\n', `${needs}    policies:\n${memory}`),
    )
    const { stdout } = desk.ecp('explain', 'a.yaml', '--config', 'host.yaml', '--json')
    const outlooks = JSON.parse(stdout).permissions.map((one: { kind: string; outlook: string }) => [
      one.kind,
      one.outlook,
    ])
    const outlook = which === 'full' ? 'allowed' : 'denied'
    expect(outlooks).toContainEqual(['model.generate', outlook])
    expect(outlooks.filter(([, one]: [string, string]) => one !== outlook)).toEqual([])
  })
})
