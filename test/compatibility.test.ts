import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatDiagnostic, parseContext } from '@ecp/protocol'
import { expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'compatibility.md'), 'utf8')
const pairs = [...page.matchAll(/\n([^\n]+)\n\n```yaml\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)]

test('the page shows a case for each of its rules', () => {
  expect(pairs.length).toBeGreaterThanOrEqual(12)
  expect(page.match(/```yaml/g)).toHaveLength(pairs.length)
})

test.each(pairs.map(([, rule, manifest, said]) => [rule, manifest ?? '', said]))('%s', (_, manifest, said) => {
  const { diagnostics } = parseContext(manifest, 'context.yaml')
  expect(`${diagnostics.map((one) => formatDiagnostic(one)).join('\n')}\n`).toBe(said)
})
