import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bundle } from '../../../scripts/bundle.ts'
import { fixturesFolder } from './fixture-program.ts'

const packages = join(import.meta.dirname, '..', '..')

/** Builds the programs that `fixtureProgram` names where their sources are newer than they are: before all tests. */
export default function buildFixtures(): Promise<void> {
  const sources = globSync('*/test/fixtures/*.ts', { cwd: packages }).sort()
  const entries = Object.fromEntries(sources.map((file) => [basename(file, '.ts'), join(packages, file)]))
  const madeOf = ['packages/*/{src,test}/**/*.ts', 'packages/*/package.json', 'package-lock.json']
  return bundle({ entries, folder: fixturesFolder, madeOf })
}
