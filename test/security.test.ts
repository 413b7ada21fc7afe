import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const repository = join(import.meta.dirname, '..')
const page = readFileSync(join(repository, 'SECURITY.md'), 'utf8')
const promises = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('every promise of SECURITY.md names the test that holds it, and the test is there', () => {
  expect(promises.length).toBeGreaterThan(10)
  for (const [, promise = '', held = ''] of promises) {
    const paths = [...held.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
    expect(paths, promise).not.toEqual([])
    for (const path of paths) expect(existsSync(join(repository, path)), `${promise}: ${path}`).toBe(true)
  }
})
