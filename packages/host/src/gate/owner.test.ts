import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isAlive, ownerOf } from './owner.ts'

test('an owner is alive while its process is, and not after it ended', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  await once(child, 'spawn')
  const owner = ownerOf(child.pid ?? 0)
  expect(isAlive(ownerOf(process.pid))).toBe(true)
  expect(isAlive(owner)).toBe(true)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(isAlive(owner)).toBe(false)
})

test('a later process with the same pid is not the owner', () => {
  const [host, pid] = ownerOf(process.pid).split('/')
  expect(isAlive(`${host}/${pid}/1`)).toBe(process.platform !== 'linux')
})

test('nothing is said about processes of other hosts: they may live', () => {
  expect(isAlive('elsewhere.example/1/1')).toBe(true)
})
