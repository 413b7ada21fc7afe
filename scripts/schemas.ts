// Writes the published JSON Schemas of the language beside it. A test holds that what is committed is what this makes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedSchemas } from '../packages/protocol/src/index.ts'

const folder = join(import.meta.dirname, '../packages/protocol/schemas')
mkdirSync(folder, { recursive: true })
for (const [file, schema] of Object.entries(publishedSchemas())) {
  writeFileSync(join(folder, file), `${JSON.stringify(schema, null, 2)}\n`)
}
