import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'

let desk: Desk
let pass = ''
beforeEach(() => {
  desk = openDesk()
  pass = desk.write('pass', 'a good long passphrase\n')
  desk.ecp('config', 'init')
})
afterEach(() => desk[Symbol.dispose]())

test('add prints the entry for the configuration; a short passphrase, an open file and an odd name are refused', {
  timeout: 90_000,
}, () => {
  expect(desk.ecp('approvers', 'add', 'ada', '--passphrase-file', pass)).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('is open to others'),
  })
  const add = (name: string, passphrase: string, ...args: string[]) =>
    desk.ecpIn(`${passphrase}\n`, 'approvers', 'add', name, '--passphrase-file', '-', ...args)
  expect(add('ada', 'short')).toMatchObject({ status: 3, stderr: expect.stringContaining('at least 12 characters') })
  expect(add('../ada', 'a good long passphrase').status).toBe(2)
  expect(desk.ecp('approvers', 'list').stderr).toContain('no approvers are configured')
  const added = add('ada', 'a good long passphrase', '--groups', 'ops, finance')
  expect(added.status, added.stderr).toBe(0)
  expect(added.stdout).toMatch(
    /^security:\n {2}approvers:\n {4}ada:\n {6}publicKey: \S{59}\n {6}groups:\n {8}- ops\n {8}- finance\n$/,
  )
})

test('a configuration in JSON gets its entry too, and one that is wrong is left as it is, without a key', {
  timeout: 90_000,
}, () => {
  desk.write('host.json', '{"version": "0.5"}')
  const into = (file: string, name: string) =>
    desk.ecpIn('a good long passphrase\n', 'approvers', 'add', name, '--passphrase-file', '-', '--into', file)
  expect(into('host.json', 'ada').status).toBe(0)
  expect(desk.ecp('approvers', 'list', '--config', 'host.json', '--json').stdout).toContain('"keyHere": true')
  desk.write('wrong.yaml', 'version: "0.5"\nsecurty: {}\n')
  expect(into('wrong.yaml', 'bob')).toMatchObject({ status: 2, stderr: expect.stringContaining('nothing was written') })
  expect(readFileSync(join(desk.folder, 'wrong.yaml'), 'utf8')).toBe('version: "0.5"\nsecurty: {}\n')
  expect(into('ecp.config.yaml', 'bob').status).toBe(0)
  expect(readFileSync(join(desk.folder, 'ecp.config.yaml'), 'utf8')).toContain('# A floor for writes')
})
