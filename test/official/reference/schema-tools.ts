import type { JsonSchemaType } from '@modelcontextprotocol/server'
import { type Tool, text } from './tool.ts'

/** An argument that travels in a header as well (SEP-2243). */
const region: JsonSchemaType & { readonly 'x-mcp-header': string } = { type: 'string', 'x-mcp-header': 'Region' }

/** Tools that are about their input schema alone. */
export const schemaTools: readonly Tool[] = [
  {
    name: 'json_schema_2020_12_tool',
    description: 'Tool with JSON Schema 2020-12 features',
    input: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
    call: (args) => text(JSON.stringify(args)),
  },
  {
    name: 'test_custom_header',
    description: 'Wants one of its arguments in a header of the request as well',
    input: {
      type: 'object',
      properties: { region },
    },
    call: ({ region }) => text(`Region: ${String(region)}`),
  },
]
