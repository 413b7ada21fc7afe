// Builds every package into its dist folder: the libraries as ESM with declarations, without tests, and `ecp` of few files. Only
// what changed is built again, so that each package's prepack can call this.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { bundleProgram } from './bundle-program.ts'

const root = join(import.meta.dirname, '..')
const projects = globSync('packages/*/tsconfig.build.json', { cwd: root }).sort()

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [compiler, '--build', ...projects], { cwd: root, stdio: 'inherit' })
for (const project of projects) removeOrphans(join(root, dirname(project)))
if (status === 0) await bundleProgram(join(root, 'packages', 'cli', 'dist'))
process.exitCode = status ?? 1

/** Removes outputs whose source is gone: the compiler does not know of them any more, and they would be packed. */
function removeOrphans(folder: string): void {
  for (const output of globSync('dist/**/*.{js,d.ts}', { cwd: folder })) {
    const source = join('src', relative('dist', output)).replace(/(\.d\.ts|\.js)$/, '.ts')
    if (!existsSync(join(folder, source))) rmSync(join(folder, output))
  }
}
