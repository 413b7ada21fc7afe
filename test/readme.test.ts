import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blocksOf, isPrinted, stepsOf } from './blocks.ts'

const repository = join(import.meta.dirname, '..')
const page = readFileSync(join(repository, 'README.md'), 'utf8')
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
} // reason: our own file
const steps = stepsOf(blocksOf(page))

// A checkout whose examples can be written to without a trace in this one; everything else is this one's.
const clone = mkdtempSync(join(tmpdir(), 'ecp-readme-'))
cpSync(join(repository, 'examples', 'tour'), join(clone, 'examples', 'tour'), { recursive: true })
cpSync(join(repository, 'package.json'), join(clone, 'package.json'))
for (const shared of ['node_modules', 'packages']) symlinkSync(join(repository, shared), join(clone, shared))
mkdirSync(join(clone, 'home'))
afterAll(() => rmSync(clone, { recursive: true, force: true }))

function run(commands: string) {
  const shell = spawnSync('bash', ['-euo', 'pipefail', '-c', `${commands}\npwd > "$HOME/cwd"`], {
    cwd: currentFolder(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: join(clone, 'home'), NO_COLOR: '1', npm_config_loglevel: 'error' },
  })
  return { output: `${shell.stdout}${shell.stderr}`, status: shell.status }
}

/** Each block goes on in the folder where the one before it ended, as a reader's terminal does. */
function currentFolder(): string {
  try {
    return readFileSync(join(clone, 'home', 'cwd'), 'utf8').trim()
  } catch {
    return clone
  }
}

test('the README opens with the two commands, and they exist', () => {
  expect(steps.slice(0, 2).map((step) => step.commands)).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(['demo', 'test']))
})

describe('every other command of the README does what the README says', () => {
  test.each(steps.slice(2))('line $line: $commands', ({ commands, prints }) => {
    const { output, status } = run(commands)
    expect({ status, output }).toEqual({ status: 0, output: expect.any(String) })
    for (const line of prints) expect(isPrinted(line, output), `\`${line}\` is printed by:\n${output}`).toBe(true)
  })
})
