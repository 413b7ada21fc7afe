import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { edited, sample } from '../test/marked.ts'
import { publishedSchemas } from './index.ts'

const schemas = publishedSchemas()
const ajv = new Ajv2020({ strict: false, validateFormats: false })
const isContext = ajv.compile(schemas['ecp-context.schema.json'])
const isConfig = ajv.compile(schemas['ecp-config.schema.json'])

test.each(Object.entries(schemas))('%s is committed as it is made', (file, schema) => {
  const committed = readFileSync(join(import.meta.dirname, '../schemas', file), 'utf8')
  expect(committed, 'run `npm run schemas`').toBe(`${JSON.stringify(schema, null, 2)}\n`)
})

describe('the published schemas take every sample and refuse the typos', () => {
  test.each(['minimal.context.yaml', 'flat.context.yaml', 'tree.context.json'])('%s', (file) => {
    isContext(parse(sample(file)))
    expect(isContext.errors).toBeNull()
  })
  test.each(['minimal.config.yaml', 'full.config.yaml'])('%s', (file) => {
    isConfig(parse(sample(file)))
    expect(isConfig.errors).toBeNull()
  })
  test.each([
    ['default: deny', 'default: Deny'],
    ['default: deny', 'defualt: deny'],
    ['default: deny', '_meta: {}'],
    ['["jira:*"]', 'jira:*'],
    ['["jira:*"]', '[jira]'],
    ['strategy: single', 'strategy: singel'],
    ['ecp/v0.5-draft', 'ecp/v0.4'],
    ['orchestration: { entrypoint: assistant, strategy: single }', '_meta: {}'],
    ['kind: Context', 'kind: context'],
  ])('%s as %s', (part, by) => {
    expect(isContext(parse(edited(sample('minimal.context.yaml'), part, by)))).toBe(false)
  })
  test.each([
    ['version: "0.5"', 'version: 0.5'],
    ['allowServers: [files]', 'allowServers: files'],
    ['allowServers:', 'allowedServers:'],
    ['type: stdio', 'type: studio'],
    ['    files:', '    ecp:'],
  ])('%s as %s', (part, by) => {
    expect(isConfig(parse(edited(sample('minimal.config.yaml'), part, by)))).toBe(false)
  })
})
