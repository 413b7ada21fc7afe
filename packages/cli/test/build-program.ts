import { cpSync, globSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { programFolder } from './program.ts'

const packages = join(import.meta.dirname, '..', '..')
const cli = join(import.meta.dirname, '..')
// In a checkout the packages resolve to their sources.
const conditionNames = ['ecp-source', 'node', 'import', 'module', 'default']

/** Builds what `program` names where its sources are newer than it is: before all tests. */
export default async function buildProgram(): Promise<void> {
  const sources = globSync(['*/src/**/*.ts', '*/package.json', 'cli/bin/*.js'], { cwd: packages })
  const built = timeOf(join(programFolder, 'dist', 'main.js'))
  if (!sources.some((file) => timeOf(join(packages, file)) > built)) return
  // Made beside its place: other suites may be using the one that is there.
  const made = `${programFolder}.${process.pid}`
  mkdirSync(made, { recursive: true })
  for (const part of ['bin', 'package.json']) cpSync(join(cli, part), join(made, part), { recursive: true })
  const bundle = await rolldown({
    input: { main: join(cli, 'src', 'main.ts') },
    platform: 'node',
    external: [/^node:/],
    resolve: { conditionNames },
    logLevel: 'warn',
  })
  await bundle.write({ dir: join(made, 'dist'), format: 'esm' })
  await bundle.close()
  rmSync(programFolder, { recursive: true, force: true })
  renameSync(made, programFolder)
}

function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
