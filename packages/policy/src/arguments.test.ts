import type { Json, JsonObject } from '@ecp/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { actionOf, catalogueOf, contextWith, decided, hostWith, policyOf, summary } from '../test/world.ts'
import { argumentCheck } from './arguments.ts'
import { holdsSecretMarker } from './marker.ts'

const check = (inputSchema: JsonObject, value: Json) =>
  argumentCheck({ definition: { name: 't', inputSchema }, digest: 'd' })(value)

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more })

const cases: [title: string, schema: JsonObject, value: Json, wanted: RegExp | undefined][] = [
  ['fits', object({ a: { type: 'string' } }), { a: 'x' }, undefined],
  ['no coercion', object({ a: { type: 'number' } }), { a: '1' }, /`\/a` must be number/],
  ['no default', object({ a: { default: 1 } }, { required: ['a'] }), {}, /must have `a`/],
  ['additional properties', object({}, { additionalProperties: false }), { b: 1 }, /other properties/],
  ['not an object', object({}), [], /the arguments must be object/],
  ['enum', object({ a: { enum: ['x'] } }), { a: 'hunter2' }, /one of the values/],
  ['minimum', object({ a: { minimum: 3 } }), { a: 2 }, /must be >= 3/],
  ['format is a note', object({ a: { type: 'string', format: 'email' } }), { a: 'no mail' }, undefined],
  ['pattern', object({ a: { pattern: '^a+$' } }), { a: 'b' }, /must fit its pattern/],
  [
    'each of two patterns',
    object({ a: { pattern: '^a' }, b: { pattern: '^b' } }),
    { a: 'a', b: 'a' },
    /`\/b` must fit its pattern/,
  ],
  [
    'a pattern that only backtracking knows',
    object({ a: { pattern: '(?=a)' } }),
    { a: 'a' },
    /not a JSON Schema that can be checked/,
  ],
  [
    'uniqueItems',
    object({ a: { uniqueItems: true } }),
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
    /uniqueItems/,
  ],
  ['unique items', object({ a: { uniqueItems: true } }), { a: [1, '1', [1], { a: 1 }] }, undefined],
  [
    'a local reference',
    { ...object({ a: { $ref: '#/$defs/n' } }), $defs: { n: { type: 'number' } } },
    { a: 'x' },
    /must be number/,
  ],
  ['a remote reference', object({ a: { $ref: 'https://a.example/schema' } }), {}, /leads nowhere/],
  ['a reference to nothing', object({ a: { $ref: '#/$defs/n' } }), {}, /leads nowhere/],
  ['$dynamicRef', object({ a: { $dynamicRef: '#x' } }), {}, /`\$dynamicRef` is not supported/],
  ['a property called $id', object({ $id: { type: 'string' } }), { $id: 'x' }, undefined],
  ['a nonsense schema', { type: 'nonsense' }, {}, /not a JSON Schema/],
  [
    'draft-07, where it says so',
    { $schema: 'http://json-schema.org/draft-07/schema#', ...object({ a: { items: [{ type: 'string' }] } }) },
    { a: [1] },
    /`\/a\/0` must be string/,
  ],
  [
    '2020-12, where it says so',
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'x',
      ...object({ a: { prefixItems: [{ type: 'string' }] } }),
    },
    { a: [1] },
    /must be string/,
  ],
  [
    'an own key __proto__',
    object({ a: {} }, { additionalProperties: false }),
    JSON.parse('{"__proto__": 1}'),
    /other properties/,
  ],
]

test.each(cases)('arguments: %s', (_, schema, value, wanted) => {
  const fault = check(schema, value)
  if (wanted === undefined) expect(fault).toBe(undefined)
  else expect(fault).toMatch(wanted)
  expect(fault ?? '').not.toContain('hunter2')
})

// The sizes are such that whatever costs more than it should does not end within the time that every test has.
test('hostile schemas and data end within their bounds', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [
      `d${i}`,
      { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  )
  expect(check({ $ref: '#/$defs/d0', $defs: { ...doubling, d60: {} } }, {})).toMatch(/stands for over/)
  const tree: JsonObject = object({ x: { allOf: [{ $ref: '#' }, { $ref: '#' }] } })
  expect(check(tree, deep(10, 'x'))).toBe(undefined)
  expect(check(tree, deep(50, 'x'))).toMatch(/too large or too deep/)
  expect(check({ anyOf: [{ $ref: '#' }, { $ref: '#' }] }, {})).toMatch(/cannot be checked/)
  const filter = object({
    and: { type: 'array', items: { $ref: '#' } },
    or: { type: 'array', items: { $ref: '#' } },
    is: { type: 'string' },
  })
  expect(check(filter, { and: [{ or: [{ is: 'a' }, { is: 'b' }] }, { is: 'c' }] })).toBe(undefined)
  expect(check(filter, { and: [{ or: [{ is: 1 }] }] })).toMatch(/must be string/)
  expect(check(object({ a: { pattern: '^(a+)+$' } }), { a: `${'a'.repeat(500_000)}!` })).toMatch(/pattern/)
  const costly = object({
    a: { allOf: Array.from({ length: 100 }, (_, i) => ({ pattern: `[ab]*a[ab]{500}[^${i}]` })) },
  })
  expect(check(costly, { a: 'ab'.repeat(10) })).toMatch(/must fit its pattern/)
  expect(check(costly, { a: `c${'ab'.repeat(400_000)}` })).toMatch(/cannot be checked/)
  expect(check(object({ a: { uniqueItems: true } }), { a: Array.from({ length: 200_000 }, (_, i) => ({ i })) })).toBe(
    undefined,
  )
  expect(check(object({}), deep(100_000, 'x'))).toBe(undefined)
  expect(check({ description: 'x'.repeat(300_000) }, {})).toMatch(/256 KB/)
  expect(check({ not: deep(100, 'not') }, {})).toMatch(/nested over 64/)
})

test.each<[Json, boolean]>([
  ['[secret:dot.env:KEY]', true],
  ['before [secret:session:x] after', true],
  [{ a: [{ b: 'x[secret:a:b]' }] }, true],
  [{ '[secret:a:b]': 1 }, true],
  ['[secret:', false],
  ['secret:a:b]', false],
  ['[redacted: a:b]', false],
  [{ a: [1, null, true, 'text'] }, false],
])('%j holds a secret: %s', (value, wanted) => {
  expect(holdsSecretMarker(value)).toBe(wanted)
})

test('a text of half markers costs no more than its length', () => {
  const searches = vi.spyOn(String.prototype, 'indexOf')
  onTestFinished(() => searches.mockRestore())
  expect(holdsSecretMarker('[secret:'.repeat(500_000))).toBe(false)
  // Each goes through the text once: one for a beginning, one for an end, and none for the other beginnings.
  expect(searches.mock.contexts.filter((text) => String(text).startsWith('[secret:'))).toHaveLength(2)
  expect(holdsSecretMarker(deep(200_000, 'x'))).toBe(false)
})

test('arguments over 1 MB are said to be too large, and nothing else about them', () => {
  const catalogue = catalogueOf({ 'files:write': { inputSchema: object({}, { required: ['path'] }) } })
  const access = `toolAccess: { default: deny, allow: [{ tool: "files:write", when: "args.path == ''" }] }`
  const policy = policyOf(contextWith(access), { user: hostWith('tools: { allowServers: [files] }') })
  const action = (size: number) => actionOf({ target: 'files:write', arguments: null, size })
  expect(summary(decided(policy, catalogue, action(1_000_001)))).toBe('deny arguments.too-large')
  expect(summary(decided(policy, catalogue, action(1_000_000)))).toBe(
    'deny context.condition-error context.arguments-invalid',
  )
})

function deep(depth: number, key: string): JsonObject {
  let value: JsonObject = {}
  for (let i = 0; i < depth; i++) value = { [key]: value }
  return value
}
