/**
 * The keywords of JSON Schema (draft 2020-12) that are taken, by what their value is. `data` is never looked into; what
 * is not here is unknown, so that a misspelt keyword cannot let everything through.
 */
export const keywords = {
  $ref: 'reference',
  $schema: 'dialect',
  $comment: 'text',
  $defs: 'schemas-by-name',
  definitions: 'schemas-by-name',
  properties: 'schemas-by-name',
  patternProperties: 'schemas-by-pattern',
  dependentSchemas: 'schemas-by-name',
  additionalProperties: 'schema',
  unevaluatedProperties: 'schema',
  unevaluatedItems: 'schema',
  propertyNames: 'schema',
  items: 'schema',
  contains: 'schema',
  contentSchema: 'schema',
  not: 'schema',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 'schema',
  else: 'schema',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  prefixItems: 'schemas',
  type: 'type',
  required: 'texts',
  dependentRequired: 'data',
  enum: 'list',
  const: 'data',
  default: 'data',
  examples: 'data',
  example: 'data',
  pattern: 'pattern',
  format: 'text',
  title: 'text',
  description: 'text',
  contentEncoding: 'text',
  contentMediaType: 'text',
  minLength: 'count',
  maxLength: 'count',
  minItems: 'count',
  maxItems: 'count',
  minContains: 'count',
  maxContains: 'count',
  minProperties: 'count',
  maxProperties: 'count',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'number',
  uniqueItems: 'flag',
  deprecated: 'flag',
  readOnly: 'flag',
  writeOnly: 'flag',
} as const
export type Form = (typeof keywords)[keyof typeof keywords]

/** What {@link keywords} says of a keyword; undefined for one that is not there. */
export function formOf(keyword: string): Form | undefined {
  // reason: hasOwn has just said that it is one of the keys
  return Object.hasOwn(keywords, keyword) ? keywords[keyword as keyof typeof keywords] : undefined
}

/** Values of `type` (JSON Schema validation, 6.1.1). */
export const schemaTypes = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'] as const

/** Keywords whose schemas look at the same value as the schema they stand in. */
export const inPlace = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'] as const
