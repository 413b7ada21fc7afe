import { z } from 'zod'
import { context } from './context/context.ts'
import { hostConfig } from './host/config.ts'
import type { JsonObject } from './json.ts'

const forms = {
  'ecp-context.schema.json': {
    schema: context,
    $id: 'urn:ecp:schema:context:v0.5-draft',
    title: 'ECP Context',
    description:
      'The portable manifest of one governed execution environment: who runs, on which data, under which policies',
    anyOf: [{ required: ['orchestration'] }, { required: ['orchestrator'] }],
  },
  'ecp-config.schema.json': {
    schema: hostConfig,
    $id: 'urn:ecp:schema:config:0.5',
    title: 'ECP host config',
    description: 'What exists on a machine and how to reach it, and which of it may be used: one layer of it',
  },
} as const

/**
 * The JSON Schemas (draft 2020-12) that are published with this package, by file name: they say what an editor can check.
 * What needs more than one place of a document, only reading it finds.
 */
export function publishedSchemas(): Record<keyof typeof forms, JsonObject> {
  return {
    'ecp-context.schema.json': published('ecp-context.schema.json'),
    'ecp-config.schema.json': published('ecp-config.schema.json'),
  }
}

function published(file: keyof typeof forms): JsonObject {
  const { schema, ...head } = forms[file]
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    cycles: 'ref',
    reused: 'inline',
  })
  return JSON.parse(JSON.stringify({ $schema, ...head, ...body }))
}
