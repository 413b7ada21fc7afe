import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cloneExample } from '../../test/example-readme.ts'

const example = cloneExample(import.meta.dirname)
afterAll(() => example[Symbol.dispose]())

test.each(example.steps)('the commands of the README at line $line do what it says', (step) => {
  expect(example.failures(step)).toEqual([])
})

test('what was published is what the person said, not what the model did', () => {
  const text = readFileSync(join(example.folder, 'release', 'out', '2.4.0.md'), 'utf8')
  expect(text).toContain('twice as fast')
  expect(text).not.toContain('ten times')
})
