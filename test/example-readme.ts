import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { blocksOf, isPrinted, type Step, stepsOf } from './blocks.ts'

const repository = join(import.meta.dirname, '..')

/** An example in a checkout whose ledger is in a home of its own; everything else is this one's. */
export interface ExampleClone extends Disposable {
  /** The example's folder in it. */
  readonly folder: string
  readonly steps: readonly Step[]
  /** Runs the commands of a step of its README, and gives what of it was not as the README says: nothing where all was. */
  failures(step: Step): readonly string[]
}

/** `folder`: of the example in this checkout. Its README begins in the folder of the checkout, with `cd`. */
export function cloneExample(folder: string): ExampleClone {
  const steps = stepsOf(blocksOf(readFileSync(join(folder, 'README.md'), 'utf8')))
  const clone = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-example-')))
  const example = join(clone, 'examples', basename(folder))
  cpSync(folder, example, { recursive: true })
  for (const shared of ['node_modules', 'packages', 'package.json']) {
    symlinkSync(join(repository, shared), join(clone, shared))
  }
  mkdirSync(join(clone, 'home'))
  return {
    folder: example,
    steps,
    failures({ commands, prints, line }) {
      const { stdout, stderr, status } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
        cwd: line === steps[0]?.line ? clone : example,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, HOME: join(clone, 'home'), NO_COLOR: '1', npm_config_loglevel: 'error' },
      })
      const output = `${stdout}${stderr}`
      if (status !== 0) return [`it ended with ${status}: ${output}`]
      return prints
        .filter((wanted) => !isPrinted(wanted, output))
        .map((wanted) => `\`${wanted}\` is not printed by: ${output}`)
    },
    [Symbol.dispose]: () => rmSync(clone, { recursive: true, force: true }),
  }
}
