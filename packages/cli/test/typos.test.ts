import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'

// Typos fail closed: an error with a place and exit code 2, never a permission.
let desk: Desk
beforeEach(() => {
  desk = openDesk()
  desk.write('host.yaml', configYaml('files', 'files'))
})
afterEach(() => desk[Symbol.dispose]())

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
})

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
