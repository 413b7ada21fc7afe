import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'

let desk: Desk
beforeEach(() => {
  desk = openDesk()
})
afterEach(() => desk[Symbol.dispose]())

test('help names every command, on stdout', () => {
  const { status, stdout, stderr } = desk.ecp('--help')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  for (const command of [
    'init',
    'mcp',
    'run',
    'validate',
    'explain',
    'trace',
    'graph',
    'lock',
    'trust',
    'freeze',
    'unfreeze',
    'approvals',
    'proposals',
    'grants',
    'approvers',
    'config',
  ])
    expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
})

test.each([
  [['trase', 'last'], "unknown command 'trase'", 'Did you mean trace?'],
  [['config', 'gett'], "unknown command 'gett'", 'Did you mean get?'],
  [['validate', 'a.yaml', '--skip-input'], "unknown option '--skip-input'", 'Did you mean --skip-inputs?'],
  [['validate', 'a.yaml', '--cofnig', 'x'], "unknown option '--cofnig'", 'Did you mean --config?'],
  [['trace', 'last', '--output', 'html'], "argument 'html' is invalid", 'text, graph, json'],
  [['mcp', '--context', 'a.yaml'], "required option '--executor <name>' not specified", ''],
  [['validate'], "missing required argument 'context'", ''],
])('ecp %j: says what is wrong and what was meant, exit code 2', (args, complaint, hint) => {
  const { status, stdout, stderr } = desk.ecp(...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^ecp: /)
  expect(stderr).toContain(complaint)
  expect(stderr).toContain(hint)
})

test('without a command it prints help on stderr, exit code 2', () => {
  const { status, stdout, stderr } = desk.ecp()
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('Usage: ecp')
})

test("a user's mistake has no stack trace, unless --debug asks for it", () => {
  const plain = desk.ecp('validate', 'nowhere.yaml')
  expect(plain).toEqual({ status: 2, stdout: '', stderr: 'ecp: `nowhere.yaml`: there is no such file\n' })
  expect(desk.ecp('validate', 'nowhere.yaml', '--debug').stderr).toMatch(/\n\s+at /)
})

test('what a file is called cannot steer the terminal', () => {
  const { stderr } = desk.ecp('validate', 'no\u001b[2Jwhere\u202e.yaml')
  expect(stderr).toContain('no\\u{1b}[2Jwhere\\u{202e}.yaml')
  expect(stderr).not.toContain('\u001b')
})

test('piped output has no colours; NO_COLOR is honoured where colours are forced', () => {
  for (const environment of [{}, { NO_COLOR: '1', TERM: 'xterm-256color' }]) {
    const { stdout, stderr } = desk.ecpWith(environment, 'config', 'path')
    expect(stdout + stderr).not.toContain('\u001b')
  }
})
