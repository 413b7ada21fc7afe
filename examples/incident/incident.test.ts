import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { cloneExample } from '../../test/example-readme.ts'

const example = cloneExample(import.meta.dirname)
afterAll(() => example[Symbol.dispose]())

test.each(example.steps)('the commands of the README at line $line do what it says', (step) => {
  expect(example.failures(step)).toEqual([])
})

test('both incidents are in the memory of the Context, and what the log asked for did not happen', () => {
  const home = join(example.folder, '..', '..', 'home')
  const memory = new DatabaseSync(join(home, '.ecp', 'ledger', 'memory-incidents.db'), { readOnly: true })
  const rows = memory.prepare('SELECT scope, owner, text FROM items ORDER BY at').all()
  memory.close()
  expect(rows).toMatchObject([
    { scope: 'context', owner: 'incident-assistant', text: expect.stringContaining('release 211') },
    { scope: 'context', owner: 'incident-assistant', text: expect.stringContaining('release 224') },
  ])
})
