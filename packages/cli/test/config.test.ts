import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configYaml, type Desk, openDesk } from './desk.ts'

let desk: Desk
beforeEach(() => {
  desk = openDesk()
})
afterEach(() => desk[Symbol.dispose]())

test('config path names every place, and which files are there', () => {
  const nothing = desk.ecp('config', 'path')
  expect(nothing.status).toBe(0)
  expect(nothing.stdout).toContain(join(desk.home, '.ecp', 'config.yaml'))
  expect(nothing.stdout).not.toMatch(/\b(found|there)\b/)
  desk.ecp('config', 'init')
  const { stdout } = desk.ecp('config', 'path', '--json')
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({ layer: 'project', path: join(desk.folder, 'ecp.config.yaml'), exists: true }),
  )
})

test('a ledger that is not there is not made by looking at it', () => {
  const { status, stderr } = desk.ecp('trace', 'list', '--trace-dir', 'nowhere')
  expect(status).toBe(2)
  expect(stderr).toContain('nothing was recorded there yet')
  expect(desk.ecp('trace', 'list', '--trace-dir', 'nowhere').status).toBe(2)
})

test('config get: one layer as it is, all layers with the layer of every line, and a part of either', () => {
  const wiring = configYaml('mine', 'node', ['server.js'], '  writes: { mode: forbid }')
  desk.write('ecp.config.yaml', wiring.replace('args:', 'env: { TOKEN: literal-value }, args:'))
  const own = desk.ecp('config', 'get')
  expect(own.status).toBe(0)
  expect(own.stdout).toContain('mode: forbid')
  expect(own.stdout).not.toContain('literal-value')
  expect(desk.ecp('config', 'get', 'security.writes.mode')).toMatchObject({ status: 0, stdout: 'forbid\n' })

  const effective = desk.ecp('config', 'get', '--effective')
  expect(effective.stdout).toMatch(/mode: forbid\s+# project .*ecp\.config\.yaml:\d+:\d+/)
  expect(effective.stdout).toMatch(/# built-in/)
  expect(effective.stdout).not.toContain('literal-value')
  const part = JSON.parse(desk.ecp('config', 'get', '--effective', 'security.writes.mode', '--json').stdout)
  expect(part).toMatchObject([
    { path: ['security', 'writes', 'mode'], value: 'forbid', sources: [{ layer: 'project' }] },
  ])

  for (const flags of [[], ['--effective']]) {
    const wrong = desk.ecp('config', 'get', ...flags, 'security.wirtes')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('did you mean `security.writes`?')
  }
})
