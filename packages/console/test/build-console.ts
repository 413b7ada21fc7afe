import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const folder = join(import.meta.dirname, '..')

/** Before all tests: builds the page where what it is made of is newer than it is. */
export default async function buildConsole(): Promise<void> {
  const sources = [
    'index.html',
    'vite.config.ts',
    'package.json',
    ...globSync('src/**/*.{ts,tsx,css}', { cwd: folder }),
  ]
  const built = timeOf('dist/index.html')
  if (sources.some((file) => timeOf(file) > built)) await build({ root: folder, logLevel: 'warn' })
}

function timeOf(file: string): number {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
