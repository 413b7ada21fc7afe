import { globSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
// In a checkout the packages resolve to their sources.
const conditionNames = ['ecp-source', 'node', 'import', 'module', 'default']

export interface Bundling {
  /** The modules that are started, by the names of the files that they become. */
  readonly entries: Readonly<Record<string, string>>
  readonly folder: string
  /** What it is made of, as globs from the root of the repository. */
  readonly madeOf: readonly string[]
  /** Puts more into the folder before it is in its place: told of the modules that are in the bundle. */
  finish?(folder: string, modules: readonly string[]): void
}

/**
 * Builds programs with all that they use into few files: finding hundreds of modules is half of a start. Does nothing where those that are
 * there are newer than what they are made of.
 */
export async function bundle({ entries, folder, madeOf, finish }: Bundling): Promise<void> {
  const built = Math.min(...Object.keys(entries).map((name) => timeOf(join(folder, `${name}.js`))))
  if (!globSync([...madeOf], { cwd: root }).some((file) => timeOf(join(root, file)) > built)) return
  // Made beside its place: others may be using the one that is there.
  const made = `${folder}.${process.pid}`
  mkdirSync(made, { recursive: true })
  const building = await rolldown({
    input: { ...entries },
    platform: 'node',
    external: [/^node:/],
    resolve: { conditionNames },
    logLevel: 'warn',
  })
  const { output } = await building.write({ dir: made, format: 'esm' })
  await building.close()
  finish?.(
    made,
    output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : [])),
  )
  rmSync(folder, { recursive: true, force: true })
  renameSync(made, folder)
}

function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
