import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cloneExample } from '../../test/example-readme.ts'

const example = cloneExample(import.meta.dirname)
afterAll(() => example[Symbol.dispose]())

test.each(example.steps)('the commands of the README at line $line do what it says', (step) => {
  expect(example.failures(step)).toEqual([])
})

test('what the note asked for did not happen', () => {
  const read = (folder: string) => readFileSync(join(folder, 'notes', 'customer.md'), 'utf8')
  expect(read(example.folder)).toBe(read(import.meta.dirname))
})
