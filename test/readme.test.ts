import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
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
for (const example of ['tour', 'summarise', 'brief']) {
  cpSync(join(repository, 'examples', example), join(clone, 'examples', example), { recursive: true })
}
cpSync(join(repository, 'package.json'), join(clone, 'package.json'))
for (const shared of ['node_modules', 'packages']) symlinkSync(join(repository, shared), join(clone, shared))
mkdirSync(join(clone, 'home'))
const env = { PATH: process.env.PATH, HOME: join(clone, 'home'), NO_COLOR: '1', npm_config_loglevel: 'error' }
const going: ChildProcess[] = []
afterAll(() => {
  // With all that it has started: npx passes no signal on.
  for (const { pid } of going) if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  rmSync(clone, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
})

function run(commands: string) {
  const shell = spawnSync('bash', ['-euo', 'pipefail', '-c', `${commands}\npwd > "$HOME/cwd"`], {
    cwd: currentFolder(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  return { output: `${shell.stdout}${shell.stderr}`, status: shell.status }
}

/** Starts what goes on in a terminal of its own. */
function start(commands: string): () => string {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', commands], { cwd: currentFolder(), env, detached: true })
  going.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return () => output
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
  test.each(steps.slice(2))('line $line: $commands', async ({ commands, isBackground, prints }) => {
    if (isBackground) {
      const output = start(commands)
      for (const line of prints) await expect.poll(() => isPrinted(line, output()), { timeout: 60_000 }).toBe(true)
      return
    }
    const { output, status } = run(commands)
    expect({ status, output }).toEqual({ status: 0, output: expect.any(String) })
    for (const line of prints) expect(isPrinted(line, output), `\`${line}\` is printed by:\n${output}`).toBe(true)
  })
})
