import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cloneExample } from '../../test/example-readme.ts'

const example = cloneExample(import.meta.dirname)
afterAll(() => example[Symbol.dispose]())

test.each(example.steps)('the commands of the README at line $line do what it says', (step) => {
  expect(example.failures(step)).toEqual([])
})

test('what the editor wants to write is proposed, and not written', () => {
  expect(readdirSync(join(example.folder, 'reports')).sort()).toEqual(['brief-2026-W47.md', 'costs.csv'])
  // The memory server reads and writes the file of this checkout, wherever it is called from.
  expect(readFileSync(join(import.meta.dirname, 'team.jsonl'), 'utf8')).not.toContain('still late')
})
