import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const folder = join(import.meta.dirname, '..')

/**
 * Builds the page where what it is made of is newer than it is: before all tests, and before it is packed, which must not take it
 * away from whoever serves it meanwhile.
 */
export default async function buildConsole(): Promise<void> {
  const sources = [
    'index.html',
    'vite.config.ts',
    'package.json',
    ...globSync('src/**/*.{ts,tsx,css,svg}', { cwd: folder }),
  ]
  const built = timeOf('dist/index.html')
  if (!sources.some((file) => timeOf(file) > built)) return
  // Vitest says `test`, and React would be built for those who develop with it.
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await build({ root: folder, logLevel: 'warn' })
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

function timeOf(file: string): number {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

if (import.meta.main) await buildConsole()
