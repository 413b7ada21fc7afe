import type { Json } from '@ecp/protocol'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { misshapenKeyword } from './schema-shape.ts'

const constraining = [
  ...['type', 'enum', 'const', 'required', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
  ...['uniqueItems', 'pattern', 'format', 'properties', 'patternProperties', 'additionalProperties', 'propertyNames'],
  ...['unevaluatedProperties', 'unevaluatedItems', 'items', 'prefixItems', 'additionalItems', 'contains', 'allOf'],
  ...['anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'dependencies'],
  ...['$defs', 'definitions', '$ref'],
]
const texts: Json[] = ['x', '', 'string', 'nonsense', '[', '#']
const lists: Json[] = [[], [5], ['x'], ['x', 'x'], ['string'], ['string', 'string'], [1, 1], [{}], [true], [null], [[]]]
const maps: Json[] = [{}, { a: 5 }, { a: {} }, { a: true }, { a: null }, { a: 'x' }, { a: [] }, { a: ['x'] }]
const deeper: Json[] = [
  { a: [5] },
  { a: ['x', 'x'] },
  { a: [{}] },
  { '[': {} },
  { a: { type: 5 } },
  [{ required: [5] }],
]
const values: Json[] = [5, 0, -1, 1.5, true, null, ...texts, ...lists, ...maps, ...deeper, { minimum: 'x' }]

test.each([
  ['draft-07', Ajv],
  ['2020-12', Ajv2020],
])(
  'what the schema of schemas of %s refuses of a keyword that constrains is refused without it, and nothing that it allows',
  (_, Dialect) => {
    const options = { strict: false, validateFormats: false, logger: false } as const
    const withMeta = new Dialect(options)
    const without = new Dialect({ ...options, validateSchema: false })
    const unknown =
      Dialect === Ajv ? ['unevaluatedProperties', 'unevaluatedItems', 'prefixItems', 'dependentSchemas'] : []
    const old = Dialect === Ajv ? ['$defs', 'dependentRequired', 'minContains', 'maxContains'] : ['additionalItems']
    const wrong: string[] = []
    for (const keyword of constraining.filter((name) => ![...unknown, ...old].includes(name))) {
      for (const value of values) {
        for (const schema of [{ [keyword]: value }, { properties: { a: { not: { [keyword]: value } } } }]) {
          const wanted = compiles(withMeta, schema)
          const got = misshapenKeyword(schema) === undefined && compiles(without, schema)
          // JSON Schema says SHOULD of these.
          const isMoot = keyword === 'enum' || (keyword === '$ref' && !wanted)
          if (wanted !== got && !isMoot) wrong.push(`${JSON.stringify(schema)} is ${wanted ? 'allowed' : 'refused'}`)
        }
      }
    }
    expect(wrong).toEqual([])
  },
)

test('names the keyword, however deep it is', () => {
  expect(misshapenKeyword({ anyOf: [{ items: { required: 'a' } }] })).toBe('required')
  expect(misshapenKeyword({ title: 5, properties: { required: { type: 'string' } } })).toBeUndefined()
})

function compiles(ajv: Ajv | Ajv2020, schema: object): boolean {
  const copy = structuredClone(schema)
  try {
    ajv.compile(copy)
    return true
  } catch {
    return false
  } finally {
    ajv.removeSchema(copy)
  }
}
