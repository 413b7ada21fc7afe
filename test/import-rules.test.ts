import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The rules of .dependency-cruiser.js over a house that breaks each of them: a rule that never fires protects nothing.
const repository = join(import.meta.dirname, '..')
const broken: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['protocol-knows-nobody', 'protocol/src/a.ts', "export { z } from '../../host/src/index.ts'"],
  ['policy-knows-protocol', 'policy/src/a.ts', "export { z } from '../../ledger/src/index.ts'"],
  ['ledger-knows-protocol', 'ledger/src/a.ts', "export { z } from '../../policy/src/index.ts'"],
  ['host-below-server', 'host/src/a.ts', "export { z } from '../../server/src/index.ts'"],
  ['server-below-cli', 'server/src/a.ts', "export { z } from '../../cli/src/main.ts'"],
  ['pure', 'policy/src/b.ts', "export { readFileSync } from 'node:fs'"],
  ['pure', 'protocol/src/b.ts', "export { createHash } from 'node:crypto'"],
  ['one-door', 'server/src/b.ts', "export { spawn } from 'node:child_process'"],
  ['one-door', 'cli/src/b.ts', "export { connect } from 'node:net'"],
  ['one-door', 'ledger/src/b.ts', "export { request } from 'node:https'"],
  ['one-door', 'server/src/c.ts', "export { Client } from '@modelcontextprotocol/client'"],
  ['one-door', 'cli/src/c.ts', "export { generateText } from 'ai'"],
  ['one-door', 'cli/src/d.ts', "export { Entry } from '@napi-rs/keyring'"],
  ['public-surface', 'cli/src/a.ts', "export { z } from '../../host/src/inner.ts'"],
  ['no-circle', 'host/src/circle-a.ts', "import { q } from './circle-b.ts'\nexport const p = () => q"],
  ['resolvable', 'host/src/lost.ts', "export { z } from './nowhere.ts'"],
]
const sound: readonly (readonly [file: string, source: string])[] = [
  ['protocol/src/index.ts', 'export const z = 1'],
  ['policy/src/index.ts', "export { z } from '../../protocol/src/index.ts'"],
  ['ledger/src/index.ts', "export { z } from '../../protocol/src/index.ts'"],
  ['host/src/index.ts', "export { z } from '../../ledger/src/index.ts'\nexport { inner } from './inner.ts'"],
  ['host/src/inner.ts', "import { spawn } from 'node:child_process'\nexport const inner = spawn"],
  ['host/src/client.ts', "export { Client } from '@modelcontextprotocol/client'"],
  ['host/src/circle-b.ts', "import { p } from './circle-a.ts'\nexport const q = () => p"],
  ['server/src/index.ts', "export { z } from '../../host/src/index.ts'"],
  ['cli/src/main.ts', "export { z } from '../../server/src/index.ts'"],
]

let house = ''
beforeAll(() => {
  house = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-import-rules-')))
  writeFileSync(
    join(house, 'package.json'),
    JSON.stringify({ dependencies: { '@modelcontextprotocol/client': '*', ai: '*', '@napi-rs/keyring': '*' } }),
  )
  for (const [file, source] of [...sound, ...broken.map(([, file, source]) => [file, source] as const)]) {
    const path = join(house, 'packages', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${source}\n`)
  }
  // One package of npm as it really is, so that a rule on what it resolves to is tried as well as one on its name.
  mkdirSync(join(house, 'node_modules', '@modelcontextprotocol'), { recursive: true })
  const client = join(repository, 'node_modules', '@modelcontextprotocol', 'client')
  symlinkSync(client, join(house, 'node_modules', '@modelcontextprotocol', 'client'), 'junction')
})
afterAll(() => rmSync(house, { recursive: true, force: true }))

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[]
  }
}

test('every import rule fires on what it forbids, and on nothing else', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(repository, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
      '--config',
      join(repository, '.dependency-cruiser.js'),
      '--output-type',
      'json',
      'packages',
    ],
    { cwd: house, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as Report // reason: the format of its json reporter
  // What is not installed here cannot be resolved either; that it is forbidden is what counts.
  const uninstalled = ['packages/cli/src/c.ts', 'packages/cli/src/d.ts']
  const found = report.summary.violations
    .map(({ rule, from }) => `${rule.name} ${from}`)
    .filter((violation) => !uninstalled.some((file) => violation === `resolvable ${file}`))
  expect([...new Set(found)].sort()).toEqual(broken.map(([rule, file]) => `${rule} packages/${file}`).sort())
})
