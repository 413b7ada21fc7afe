import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface InstalledEcp {
  /** The file that `ecp` runs. */
  readonly command: string
}

const root = join(import.meta.dirname, '..', '..')

/**
 * Builds the packages and lays them out as an install would: only the files that they publish, so that `ecp` runs what is
 * published and not the sources. What they depend on is the workspace's, which is found further up.
 */
export function installEcp(): InstalledEcp {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the packages do not build; `npm run build` says why')
  const target = join(root, 'bench', 'results', 'installed', 'node_modules')
  rmSync(target, { recursive: true, force: true })
  for (const folder of globSync('packages/*', { cwd: root })) {
    const from = join(root, folder)
    const to = join(target, '@ecp', basename(folder))
    const { files = [] } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { files?: string[] } // reason: npm's form
    mkdirSync(to, { recursive: true })
    for (const file of ['package.json', ...files]) {
      if (existsSync(join(from, file))) cpSync(join(from, file), join(to, file), { recursive: true })
    }
    // Versions that differ from the workspace's own.
    if (existsSync(join(from, 'node_modules'))) symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'))
  }
  return { command: join(target, '@ecp', 'cli', 'bin', 'ecp.js') }
}
