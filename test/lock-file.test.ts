import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Locked, missingOptional } from '../scripts/complete-lock.ts'

test('the lock holds every optional package, so that npm ci takes it on every platform', () => {
  const file = join(import.meta.dirname, '..', 'package-lock.json')
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Locked> } // reason: npm's format
  expect([...missingOptional(packages).keys()], 'run `node scripts/complete-lock.ts`').toEqual([])
})
