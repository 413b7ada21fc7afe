import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the demo does what it says, from the first read to the forged byte', () => {
  const home = mkdtempSync(join(tmpdir(), 'ecp-demo-home-'))
  const demo = spawnSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'demo', 'main.ts')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' },
  })
  rmSync(home, { recursive: true, force: true })
  expect(demo.stdout).toContain('3 done, 7 stopped')
  expect(demo.stdout).toContain('No order to Norway gets through')
  expect(demo.stdout).toContain('add_observations ─ proposed')
  expect(demo.stdout).toContain('All of it went as promised.')
  expect(demo.status).toBe(0)
})
