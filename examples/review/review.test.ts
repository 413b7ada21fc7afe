import { afterAll, expect, test } from 'vitest'
import { cloneExample } from '../../test/example-readme.ts'

const example = cloneExample(import.meta.dirname)
afterAll(() => example[Symbol.dispose]())

test.each(example.steps)('the commands of the README at line $line do what it says', (step) => {
  expect(example.failures(step)).toEqual([])
})
