import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { blocksOf, isPrinted, stepsOf } from '../../test/blocks.ts'

const repository = join(import.meta.dirname, '..', '..')
const steps = stepsOf(blocksOf(readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')))

// A checkout whose ledger is in a home of its own; everything else is this one's.
const clone = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-summarise-')))
const example = join(clone, 'examples', 'summarise')
cpSync(import.meta.dirname, example, { recursive: true })
for (const shared of ['node_modules', 'packages', 'package.json']) {
  symlinkSync(join(repository, shared), join(clone, shared))
}
mkdirSync(join(clone, 'home'))
afterAll(() => rmSync(clone, { recursive: true, force: true }))

test.each(steps)('the commands of the README at line $line do what it says', ({ commands, prints, line }) => {
  const { stdout, stderr, status } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: line === steps[0]?.line ? clone : example,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: join(clone, 'home'), NO_COLOR: '1', npm_config_loglevel: 'error' },
  })
  const output = `${stdout}${stderr}`
  expect({ status, output }).toEqual({ status: 0, output: expect.any(String) })
  for (const wanted of prints) expect(isPrinted(wanted, output), `\`${wanted}\` is printed by:\n${output}`).toBe(true)
})

test('what the note asked for did not happen', () => {
  const read = (folder: string) => readFileSync(join(folder, 'notes', 'customer.md'), 'utf8')
  expect(read(example)).toBe(read(import.meta.dirname))
})
