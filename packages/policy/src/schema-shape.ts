import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'

/** Whether a keyword's value is one that it may have, and the schemas in it. */
interface Shape {
  readonly fits: boolean
  readonly schemas: readonly Json[]
}

const isSchema = (value: Json): boolean => typeof value === 'boolean' || isJsonObject(value)
const plain = (fits: boolean): Shape => ({ fits, schemas: [] })
const aSchema = (value: Json): Shape => ({ fits: isSchema(value), schemas: [value] })
const aMap = (value: Json): Shape => {
  const schemas = isJsonObject(value) ? Object.values<Json>(value) : []
  return { fits: isJsonObject(value) && schemas.every(isSchema), schemas }
}
const aList = (value: Json): Shape => {
  const schemas = Array.isArray(value) ? value : []
  return { fits: schemas.length > 0 && schemas.every(isSchema), schemas }
}
const areNames = (value: Json): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length
const aCount = (value: Json): Shape => plain(Number.isInteger(value) && Number(value) >= 0)
const aNumber = (value: Json): Shape => plain(typeof value === 'number')

/** The keywords that constrain, of JSON Schema 2020-12 and draft-07. Those that only say something about a value are not looked at. */
const shapes: Readonly<Record<string, (value: Json) => Shape>> = {
  type: (value) => plain((typeof value === 'string' && value !== '') || (areNames(value) && value.length > 0)),
  enum: (value) => plain(Array.isArray(value) && value.length > 0),
  required: (value) => plain(areNames(value)),
  minimum: aNumber,
  maximum: aNumber,
  exclusiveMinimum: aNumber,
  exclusiveMaximum: aNumber,
  multipleOf: (value) => plain(typeof value === 'number' && value > 0),
  minLength: aCount,
  maxLength: aCount,
  minItems: aCount,
  maxItems: aCount,
  minContains: aCount,
  maxContains: aCount,
  minProperties: aCount,
  maxProperties: aCount,
  uniqueItems: (value) => plain(typeof value === 'boolean'),
  dependentRequired: (value) => plain(isJsonObject(value) && Object.values<Json>(value).every(areNames)),
  dependencies: (value) => {
    const parts = isJsonObject(value) ? Object.values<Json>(value) : []
    const schemas = parts.filter((part) => !Array.isArray(part))
    const lists = parts.filter((part) => Array.isArray(part))
    return { fits: isJsonObject(value) && schemas.every(isSchema) && lists.every(areNames), schemas }
  },
  items: (value) => (Array.isArray(value) ? aList(value) : aSchema(value)),
  ...Object.fromEntries(['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((name) => [name, aList])),
  ...Object.fromEntries(
    ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'].map((name) => [name, aMap]),
  ),
  ...Object.fromEntries(
    [
      ...['additionalProperties', 'additionalItems', 'unevaluatedProperties', 'unevaluatedItems', 'propertyNames'],
      ...['contains', 'not', 'if', 'then', 'else'],
    ].map((name) => [name, aSchema]),
  ),
}

/**
 * The keyword of a schema, or of a schema in it, whose value is none that JSON Schema allows; undefined where there is none. What the
 * compiler would take for "anything goes" is found here, for the price of a walk: its own check against the schema of schemas takes a
 * quarter of a second to be compiled.
 */
export function misshapenKeyword(schema: JsonObject): string | undefined {
  for (const [keyword, value] of Object.entries<Json>(schema)) {
    const shape = Object.hasOwn(shapes, keyword) ? shapes[keyword]?.(value) : undefined
    if (shape === undefined) continue
    if (!shape.fits) return keyword
    for (const inner of shape.schemas) {
      const found = isJsonObject(inner) ? misshapenKeyword(inner) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
