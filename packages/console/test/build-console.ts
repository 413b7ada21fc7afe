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
  if (!sources.some((file) => timeOf(file) > built)) return
  // Vitest says `test`, and React would be built for those who develop with it.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({ root: folder, logLevel: 'warn' })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
}

function timeOf(file: string): number {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
