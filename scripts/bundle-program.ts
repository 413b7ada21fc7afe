import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const packages = join(root, 'packages')
// In a checkout the packages resolve to their sources.
const conditionNames = ['ecp-source', 'node', 'import', 'module', 'default']
const noticeFile = 'THIRD-PARTY.txt'

/**
 * Builds `ecp` into a folder, of few files: all of its sources and of what they use, for finding seven hundred modules is half of a
 * start. Beside them stands which packages are in it, with their licences. Does nothing where it is newer than what it is made of.
 */
export async function bundleProgram(folder: string): Promise<void> {
  const madeOf = globSync(['packages/*/src/**/*.ts', 'packages/*/package.json', 'package-lock.json'], { cwd: root })
  const built = timeOf(join(folder, noticeFile))
  if (!madeOf.some((file) => timeOf(join(root, file)) > built)) return
  // Made beside its place: others may be using the one that is there.
  const made = `${folder}.${process.pid}`
  mkdirSync(made, { recursive: true })
  const bundle = await rolldown({
    input: { main: join(packages, 'cli', 'src', 'main.ts') },
    platform: 'node',
    external: [/^node:/],
    resolve: { conditionNames },
    logLevel: 'warn',
  })
  const { output } = await bundle.write({ dir: made, format: 'esm' })
  await bundle.close()
  writeFileSync(
    join(made, noticeFile),
    noticeOf(output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))),
  )
  rmSync(folder, { recursive: true, force: true })
  renameSync(made, folder)
}

/** The packages of npm that these modules are of, each with its version and its licence's text. */
function noticeOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []))
  const entries = [...folders].map((folder) => {
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as About // reason: npm's form
    const texts = globSync('{LICEN[CS]E,licen[cs]e,COPYING,NOTICE}*', { cwd: folder }).sort()
    const said = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim())
    return [`${about.name} ${about.version} (${about.license ?? 'see below'})`, ...said].join('\n\n')
  })
  return `${entries.sort().join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

interface About {
  readonly name: string
  readonly version: string
  readonly license?: string
}

/** The folder of the installed package that a module belongs to; nothing for our own. */
function packageFolder(module: string): string | undefined {
  const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(module.replace(/^\0/, '')) ?? []
  if (folder === undefined || !existsSync(join(folder, 'package.json'))) return undefined
  return folder
}

function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
