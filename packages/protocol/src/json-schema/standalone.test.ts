import { expect, test } from 'vitest'
import { schemaProblems } from './problems.ts'
import { standalone } from './standalone.ts'

const schemas = {
  Item: { type: 'object', properties: { id: { $ref: '#/$defs/Id' } }, $defs: { Id: { type: 'integer' } } },
  List: { type: 'array', items: { $ref: '#/schemas/Item' } },
  Tree: { type: 'object', properties: { below: { type: 'array', items: { $ref: '#/schemas/Tree' } } } },
}

test('what a schema refers to among those of the Context stands among its own, with what that refers to', () => {
  const alone = standalone({ type: 'object', properties: { list: { $ref: '#/schemas/List' } } }, schemas)
  expect(alone).toEqual({
    type: 'object',
    properties: { list: { $ref: '#/$defs/List' } },
    $defs: {
      List: { type: 'array', items: { $ref: '#/$defs/Item' } },
      Item: {
        type: 'object',
        properties: { id: { $ref: '#/$defs/Item/$defs/Id' } },
        $defs: { Id: { type: 'integer' } },
      },
    },
  })
  expect(schemaProblems(alone)).toEqual([])
})

test.each([
  ['that refers to itself', schemas.Tree, '#/$defs/Tree'],
  ['with a definition of the same name', { $ref: '#/schemas/Item', $defs: { Item: true } }, '#/$defs/schemas.Item'],
])('one %s', (_, schema, reference) => {
  const alone = standalone(schema, schemas)
  expect(JSON.stringify(alone)).toContain(reference)
  expect(JSON.stringify(alone)).not.toContain('#/schemas/')
  expect(schemaProblems(alone)).toEqual([])
})

test('data is never taken for a reference, and one that leads nowhere stays a fault', () => {
  const data = { const: { $ref: '#/schemas/Item' } }
  expect(standalone(data, schemas)).toEqual(data)
  const alone = standalone({ $ref: '#/schemas/Nope' }, schemas)
  expect(schemaProblems(alone)).toMatchObject([{ code: 'reference', path: ['$ref'] }])
})
