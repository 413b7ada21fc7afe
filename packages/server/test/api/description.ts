import { Ajv2020 } from 'ajv/dist/2020.js'
import { apiDescription } from '../../src/api/create-api.ts'

const document: unknown = closed(JSON.parse(JSON.stringify(apiDescription())))
const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: {
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    uri: (text: string) => URL.canParse(text),
  },
})
ajv.addSchema({ $id: 'openapi', ...(document as object) }) // reason: closed keeps an object an object

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>
}
const { paths } = document as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> } // reason: OpenAPI

/** Every answer that the description knows: `POST /v1/actions 200`. */
export function describedAnswers(): readonly string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  )
}

/**
 * The answer of the description that this one is; what is wrong with it otherwise. Stricter than the description: a field that
 * is not described is wrong, too.
 */
export function held(method: string, url: string, status: number, type: string, body: unknown) {
  const { pathname } = new URL(url)
  const path = Object.keys(paths).find((one) => fits(one, pathname))
  const [media = ''] = type.split(';')
  const content = path === undefined ? undefined : paths[path]?.[method.toLowerCase()]?.responses[status]?.content
  if (path === undefined || !content?.[media])
    return { faults: [`${method} ${pathname} ${status} ${media} is not described`] }
  const at = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema']
  const pointer = at.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const check = ajv.compile({ $ref: `openapi#/${pointer}` })
  check(body)
  const faults = (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
  return { answer: `${method} ${path} ${status}`, faults }
}

function fits(template: string, pathname: string): boolean {
  const [wanted, given] = [template.split('/'), pathname.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index])
}

/** Every object that names its properties has no others. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const parts = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]))
  const isObject = parts.type === 'object' && parts.properties !== undefined
  return isObject && parts.additionalProperties === undefined ? { ...parts, additionalProperties: false } : parts
}
