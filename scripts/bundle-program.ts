import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from './bundle.ts'

/**
 * Builds `ecp` into a folder, of few files. Beside them stands which packages are in it, with their licences. Does nothing where it is
 * newer than what it is made of.
 */
export function bundleProgram(folder: string): Promise<void> {
  return bundle({
    entries: { main: join(import.meta.dirname, '..', 'packages', 'cli', 'src', 'main.ts') },
    folder,
    madeOf: ['packages/*/src/**/*.ts', 'packages/*/package.json', 'package-lock.json'],
    finish: (made, modules) => writeFileSync(join(made, 'THIRD-PARTY.txt'), noticeOf(modules)),
  })
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
  return folder !== undefined && existsSync(join(folder, 'package.json')) ? folder : undefined
}
