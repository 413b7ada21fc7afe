import { expect, test } from 'vitest'
import { schemaProblems } from '../index.ts'

const codes = (schema: unknown) => schemaProblems(schema).map(({ code, path }) => `${code} ${path.join('/')}`)

test('ordinary schemas are taken', () => {
  for (const schema of [
    {},
    true,
    {
      type: ['string', 'null'],
      format: 'date-time',
      default: { $ref: 'data, not a reference' },
      enum: [{ pattern: '(?=' }],
    },
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { Node: { properties: { next: { $ref: '#/$defs/Node' } } } },
      $ref: '#/$defs/Node',
    },
    { properties: { pattern: { type: 'string' }, 'a/b~c': { const: 1 } }, not: { $ref: '#/properties/a~1b~0c' } },
    { type: 'object', additionalProperties: false, 'x-own': { anything: 1 }, _meta: {} },
    { patternProperties: { '^[a-z]+$': true, '[(?=]': {} } },
  ]) {
    expect(schemaProblems(schema), JSON.stringify(schema)).toEqual([])
  }
})

test('what cannot be evaluated, or only without bounds, is named', () => {
  expect(codes('string')).toEqual(['schema '])
  expect(codes({ properties: { a: 3 } })).toEqual(['schema properties/a'])
  expect(codes({ items: [{ type: 'string' }] })).toEqual(['schema items'])
  expect(codes({ type: ['string', 'text'] })).toEqual(['schema type/1'])
  expect(codes({ required: 'a' })).toEqual(['schema required'])
  expect(codes({ minLength: -1, maximum: '3' })).toEqual(['schema minLength', 'schema maximum'])
  expect(codes({ patternProperties: { '(a+)\\1': {} } })).toEqual(['pattern patternProperties/(a+)\\1'])
  expect(codes({ $schema: 'http://json-schema.org/draft-07/schema#' })).toEqual(['schema $schema'])
  expect(codes({ $id: 'https://example.com/a' })).toEqual(['unknown-key $id'])
  expect(codes({ $dynamicRef: '#a' })).toEqual(['unknown-key $dynamicRef'])
  expect(codes({ $ref: '#/enum/0', enum: [{}] })).toEqual(['reference $ref'])
  expect(
    codes({ anyOf: [{ $ref: '#/$defs/A' }], $defs: { A: { $ref: '#/$defs/B' }, B: { not: { $ref: '#/$defs/A' } } } }),
  ).toEqual(['bound '])
})

test('references that double with each level are refused', () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [
      `L${i}`,
      i === 19 ? {} : { allOf: [{ $ref: `#/$defs/L${i + 1}` }, { $ref: `#/$defs/L${i + 1}` }] },
    ]),
  )
  expect(codes({ $ref: '#/$defs/L0', $defs })).toEqual(['bound '])
})

test('size and depth are bounded', () => {
  let deep: unknown = {}
  for (let i = 0; i < 40; i++) deep = { items: deep }
  expect(schemaProblems(deep)).toMatchObject([{ code: 'bound' }])
  const wide = { properties: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`p${i}`, {}])) }
  expect(schemaProblems(wide)).toMatchObject([{ code: 'bound' }])
})
