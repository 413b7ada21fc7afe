import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'

// What came with a clone can name commands: nothing of it starts before a person said so.
let desk: Desk
beforeEach(() => {
  desk = openDesk()
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["mine:*"] }'))
  desk.write('ecp.config.yaml', configYaml('mine', process.execPath, ['./server.js', 'two words']))
  writeServer('first')
})
afterEach(() => desk[Symbol.dispose]())

/** A server that leaves a mark when it starts, and says nothing. */
function writeServer(mark: string): string {
  return desk.write('server.js', `import { writeFileSync } from 'node:fs'\nwriteFileSync('started-${mark}', '')\n`)
}
const started = (mark: string) => existsSync(join(desk.folder, `started-${mark}`))

test('shows what it covers, is refused where nobody can be asked, and holds until something changes', () => {
  const refused = desk.ecp('trust')
  expect(refused.status).toBe(3)
  expect(refused.stderr).toContain('./server.js "two words"')
  expect(refused.stderr).toContain(`covers ${join(desk.folder, 'server.js')}`)
  expect(refused.stderr).toContain('run `ecp trust --yes`')
  expect(desk.ecp('trust', '--yes')).toMatchObject({ status: 0, stdout: expect.stringContaining('trusted') })
  expect(desk.ecp('trust')).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to trust') })
  writeServer('second')
  const changed = desk.ecp('trust')
  expect(changed.status).toBe(3)
  expect(changed.stderr).toContain('changed since it was trusted')
})

test('before it is trusted, and after its script changed, mcp and lock start nothing', () => {
  const mcp = ['mcp', '--context', 'assistant.yaml', '--executor', 'assistant']
  for (const args of [mcp, ['lock']]) {
    const { status, stdout, stderr } = desk.ecp(...args)
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
    expect(stderr).toContain('ecp trust')
    expect(started('first')).toBe(false)
  }
  desk.ecp('trust', '--yes')
  // It is no MCP server, so that it cannot be locked; but it was started.
  expect(desk.ecp('lock').status).toBe(1)
  expect(started('first')).toBe(true)

  writeServer('second')
  for (const args of [mcp, ['lock']]) expect(desk.ecp(...args).status).toBe(3)
  expect(started('second')).toBe(false)
})

test('a configuration that was named is trusted by that', () => {
  expect(desk.ecp('lock', '--config', 'ecp.config.yaml').status).toBe(1)
  expect(started('first')).toBe(true)
})
