import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { doorsIn } from './doors.ts'

// Promise of architecture.md: one door to side effects. What opens one by import, .dependency-cruiser.js holds; this
// holds what needs none. `host` is the door; every other use is named here with its reason.
const root = join(import.meta.dirname, '..')
const exceptions: Readonly<Record<string, { readonly doors: readonly string[]; readonly reason: string }>> = {
  'packages/cli/src/main.ts': {
    doors: ['process', 'process.env'],
    reason: 'start-up: the terminal, and the environment that is handed to the host as a value',
  },
  'packages/ledger/src/sqlite/sqlite.ts': {
    doors: ['process.getBuiltinModule'],
    reason: 'loads node:sqlite, a literal, without its warning on every start',
  },
  'packages/console/src/api/request.ts': {
    doors: ['fetch'],
    reason: 'runs in the page: asks the host that serves it, and by its content security policy nobody else',
  },
}
const sources = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.endsWith('.test.ts') && !file.startsWith('packages/host/'))

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(30)
})

test('outside host no source opens a door of its own', () => {
  const found = sources.flatMap((file) =>
    doorsIn(file, readFileSync(join(root, file), 'utf8'))
      .filter(({ door }) => !exceptions[file]?.doors.includes(door))
      .map(({ line, door }) => `${file}:${line} ${door}`),
  )
  expect(found).toEqual([])
})

test.each([
  ["await fetch('https://example.com')", 'fetch'],
  ["globalThis.fetch('https://example.com')", 'fetch'],
  ["globalThis['fetch']('https://example.com')", 'fetch'],
  ['const f = fetch', 'fetch'],
  ["new WebSocket('wss://example.com')", 'WebSocket'],
  ['process.env.HOME', 'process.env'],
  ["process['env']", 'process.env'],
  ['process[name]', 'process.env'],
  ['const { env } = process', 'process'],
  ['inspect(process)', 'process'],
  ["import { env } from 'node:process'", 'node:process'],
  ['await import(name)', 'import(...)'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source that is looked for
  ['await import(`./${name}.ts`)', 'import(...)'],
  ["import { createRequire } from 'node:module'", 'createRequire'],
  ["process.getBuiltinModule('node:child_process')", 'process.getBuiltinModule'],
  ["require('node:net')", 'require'],
  ["eval('1')", 'eval'],
  ["new Function('return 1')", 'Function'],
])('%s is found', (source, door) => {
  expect(doorsIn('a.ts', source).map((found) => found.door)).toContain(door)
})

test.each([
  "await import('./commands/trace.ts')",
  'process.exitCode = 1',
  'const server = { fetch: handle }',
  'server.fetch(request)',
  'type F = typeof fetch',
  'interface Options { fetch: Function; env: string }',
  "const text = 'process.env'",
])('%s is nothing', (source) => {
  expect(doorsIn('a.ts', source)).toEqual([])
})
