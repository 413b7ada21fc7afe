import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cloneExample } from '../../test/example-readme.ts'

const example = cloneExample(import.meta.dirname)
afterAll(() => {
  const file = join(example.folder, 'serve.pid')
  try {
    if (existsSync(file)) process.kill(-Number(readFileSync(file, 'utf8')))
  } catch {
    // The last command of the README has stopped it.
  }
  example[Symbol.dispose]()
})

test.each(example.steps)('the commands of the README at line $line do what it says', (step) => {
  expect(example.failures(step)).toEqual([])
})

test('one message wrote a report, and the other nothing', () => {
  expect(readdirSync(join(example.folder, 'reports')).filter((file) => file.endsWith('.txt'))).toEqual(['van.txt'])
  expect(readFileSync(join(example.folder, 'goods', 'apples.txt'), 'utf8')).toBe('apples\n')
})
