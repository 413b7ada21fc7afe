import type { z } from '@hono/zod-openapi'
import { ApiError } from './api-error.ts'

/** How much of what a client sent wrong it is told again. */
const maxDetail = 1_000

/** What the schema makes of a value. Throws `request.invalid`, which names every wrong place (`$.resource.id`). */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ApiError(400, 'request.invalid', problemsOf(result.error))
}

/** Each wrong place of a value, with what is wrong there. */
export function problemsOf({ issues }: z.ZodError): string {
  const all = issues.map(({ path, message }) => `\`${placeOf(path)}\` ${saidOf(message)}`)
  return all.join('; ').slice(0, maxDetail).toWellFormed()
}

function placeOf(path: readonly PropertyKey[]): string {
  const step = (key: PropertyKey) => {
    if (typeof key === 'number') return `[${key}]`
    return /^[A-Za-z_][\w-]*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`
  }
  return `$${path.map(step).join('')}`
}

/** zod's sentence, so that it goes on after the place. */
function saidOf(message: string): string {
  if (message.endsWith('received undefined')) return 'is missing'
  const [, rest = message] = /^(?:Invalid input: |Invalid option: )?(.*)$/s.exec(message) ?? []
  return `is wrong: ${rest.slice(0, 1).toLowerCase()}${rest.slice(1)}`
}
