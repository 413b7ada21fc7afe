import { parseContext } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { unsupportedInContext } from './unsupported-context.ts'

function messages(more: string): string[] {
  const { document, diagnostics } = parseContext(
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: c, version: 1.0.0 }
orchestration: { entrypoint: a, strategy: single }
${more}`,
    'context.yaml',
  )
  expect(diagnostics).toEqual([])
  if (!document) throw new Error('the document above is valid')
  return unsupportedInContext(document).map(({ range, message }) => `${range.line}:${range.column} ${message}`)
}

describe('what a Context asks for and this version cannot do', () => {
  test('a plugin that does not ship with ecp is refused by name, one that does is not', () => {
    const entry = (name: string, type: string) => `{ name: ${name}, kind: provider, type: ${type}, version: 1.0.0 }`
    const found = messages(`executors: [{ name: a, type: agent }]
plugins:
  version: 1.0.0
  providers:
    - ${entry('openai', 'builtin')}
    - ${entry('acme', 'npm')}
`)
    expect(found).toEqual(['10:7 loading plugins (`acme`, npm) comes with a later version; use what ships with ecp'])
  })

  test('a network limit is refused, not passed over', () => {
    const found = messages(`executors:
  - name: a
    type: agent
    policies: { network: { allowDomains: [api.example.com] } }
`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain("limiting the network of an executor's servers (`a`)")
  })
})
