import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openSqliteLedger } from '@ecp/ledger'
import { afterAll, describe, expect, test } from 'vitest'
import { blocksOf, isPrinted, stepsOf } from '../../test/blocks.ts'

const here = import.meta.dirname
const repository = join(here, '..', '..')
const blocks = blocksOf(readFileSync(join(here, 'README.md'), 'utf8'))

// A checkout whose example can be written to without a trace in this one; everything else is this one's.
const clone = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-library-')))
const example = join(clone, 'examples', 'library')
cpSync(here, example, { recursive: true, filter: (path) => !/[/\\](?:work|\.ecp)$/.test(path) })
for (const shared of ['node_modules', 'packages', 'package.json'])
  symlinkSync(join(repository, shared), join(clone, shared))
mkdirSync(join(clone, 'home'))
afterAll(() => rmSync(clone, { recursive: true, force: true }))

function run(commands: string, cwd: string) {
  const path = [dirname(process.execPath), join(repository, 'node_modules', '.bin'), process.env.PATH].join(':')
  const { stdout, stderr, status } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: path, HOME: join(clone, 'home'), NO_COLOR: '1' },
  })
  return { output: `${stdout}${stderr}`, status }
}

describe('the commands of the README, in order, do what it says', () => {
  test.each(stepsOf(blocks))('line $line', ({ commands, prints, line }) => {
    const isFirst = line === stepsOf(blocks)[0]?.line
    const { output, status } = run(commands, isFirst ? clone : example)
    expect({ status, output }).toEqual({ status: 0, output: expect.any(String) })
    for (const wanted of prints) expect(isPrinted(wanted, output), `\`${wanted}\` is printed by:\n${output}`).toBe(true)
  })

  test('the tools really ran, and those that were denied did not', () => {
    expect(readFileSync(join(example, 'work', 'summary.md'), 'utf8')).toBe('Report: Friday.')
    expect(existsSync(join(example, 'work', 'notes.md'))).toBe(true)
    expect(existsSync(join(example, 'desk', 'new'))).toBe(false)
  })

  test('the ledger holds every call: who executed it, what was decided, what came of it', () => {
    const ledger = openSqliteLedger({ file: join(example, '.ecp', 'ledger.db'), readOnly: true })
    const records = ledger.runs().flatMap(({ run: id }) => [...ledger.records(id)].map(({ record }) => record))
    ledger.close()
    const outcomes = new Map(
      records.flatMap(({ kind, body }) => (kind === 'action.finished' ? [[body.action, body.outcome.status]] : [])),
    )
    const calls = records.flatMap(({ kind, body }) =>
      kind === 'action.decided'
        ? [`${body.action.target} ${body.enforcement} ${body.decision.effect} ${outcomes.get(body.action.id) ?? '-'}`]
        : [],
    )
    expect(calls).toEqual([
      'desk:read_note authorized allow completed',
      'desk:write_note authorized allow completed',
      'desk:write_note authorized deny -',
      'desk:remove_note authorized deny -',
      'files:read_text_file performed allow completed',
      'files:read_text_file performed deny -',
      'files:create_directory performed deny -',
    ])
  })
})

describe('the code of the README is the code of the example', () => {
  const files = ['agent.ts', 'perform.ts', 'ecp.config.yaml', 'assistant.yaml']
  const sources = files.map((file) => unindented(readFileSync(join(here, file), 'utf8')))

  test.each(blocks.filter(({ language }) => language === 'ts' || language === 'yaml'))('line $line', ({ text }) => {
    expect(sources.some((source) => source.includes(unindented(text)))).toBe(true)
  })
})

/** Without indentation and comments: a page shows a part of a file on its own. */
function unindented(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim()
}
