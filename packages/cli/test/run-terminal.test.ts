import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDesk, runConfigYaml } from './desk.ts'
import { hasTerminal, playTerminal } from './played-terminal.ts'
import { Screen } from './screen.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const reader = (name: string) => `  - name: ${name}
    type: agent
    instructions: Read.
    policies: { toolAccess: { default: deny, allow: ["files:read_text_file"] } }
`

function stage() {
  const desk = openDesk()
  const data = join(desk.folder, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'note.txt'), 'The meeting is on Monday.')
  desk.write('host.yaml', runConfigYaml('files', [filesystem, data]))
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: drawn, version: 1.0.0 }
orchestration: { entrypoint: lead, strategy: sequential }
executors:
  - { name: lead, type: agent, instructions: Begin. }
${reader('first')}${reader('second')}`,
  )
  const reads = (executor: string) => `
  - executor: ${executor}
    asked: { user: { has: [of lead] } }
    says: "I look at \\e[31mthe note\\u202e first, and that takes a line that is longer than forty columns"
    calls:
      - { tool: "files:read_text_file", arguments: { path: ${join(data, 'note.txt')} } }
      - { tool: "files:write_file", arguments: { path: a, content: b } }
  - { executor: ${executor}, asked: { results: [{ tool: "files:read_text_file" }, { tool: "files:write_file" }] }, says: "On Monday, says ${executor}." }`
  desk.write(
    'turns.yaml',
    `recording: ecp/v0.5\nturns:\n  - { executor: lead, asked: { user: Begin. }, says: "Both of you" }${reads('first')}${reads('second')}\n`,
  )
  return desk
}
const args = ['run', 'context.yaml', '--config', 'host.yaml', '--recorded', 'turns.yaml']

test.skipIf(!hasTerminal)(
  'on a terminal of 40 columns the tree is drawn in place, the model’s words are inert, and the result is on stdout alone',
  async () => {
    using desk = stage()
    const stdout = join(desk.folder, 'result.txt')
    const terminal = playTerminal(desk, args, { columns: 40, rows: 24, stdout, environment: { NO_COLOR: '1' } })
    await terminal.sees('longer than forty columns')
    expect(await terminal.ended()).toBe(0)
    expect(readFileSync(stdout, 'utf8')).toBe('On Monday, says second.\n')
    const shown = terminal.shown()
    expect(shown).toContain('left: 200 calls')
    expect(shown).not.toContain('\u202e')
    expect(shown).not.toContain('\u001b[31m')

    const screen = new Screen(40)
    screen.write(shown)
    const lines = screen
      .lines()
      .map((line) => line.replaceAll(/[\d.]+ (ms|s)\b/g, 'TIME').replace(/run [0-9a-f-]+/, 'run ID'))
    expect(lines.slice(0, 5)).toEqual([
      expect.stringMatching(/^✓ lead {2}1 turn, \d+ tokens, TIME$/),
      expect.stringMatching(/^ {2}✓ first {2}2 turns, 1 call, /),
      '      denied files:write_file',
      expect.stringMatching(/^ {2}✓ second {2}2 turns, 1 call, /),
      '      denied files:write_file',
    ])
    // Nothing of what was drawn on the way is left.
    expect(lines.filter((line) => line.includes('lead'))).toHaveLength(1)
    expect(lines.join('')).not.toContain('⠋')
  },
)

test('piped, there is a line for each executor and for what was stopped, and no cursor is moved', () => {
  using desk = stage()
  const { status, stdout, stderr } = desk.ecp(...args)
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'On Monday, says second.\n' })
  expect(stderr).not.toContain('\u001b')
  expect(
    stderr
      .replaceAll(/[\d.]+ (ms|s)\b/g, 'TIME')
      .replaceAll(/\d+ tokens/g, 'N tokens')
      .split('\n'),
  ).toEqual([
    '▸ lead',
    '  ▸ first',
    '    denied files:write_file (first)',
    '  ✓ first  2 turns, 1 call, N tokens, TIME',
    '  ▸ second',
    '    denied files:write_file (second)',
    '  ✓ second  2 turns, 1 call, N tokens, TIME',
    '✓ lead  1 turn, N tokens, TIME',
    expect.stringMatching(/^run [0-9a-f-]{36} completed: 5 turns, 2 calls, /),
    '',
  ])
})
