import { z } from 'zod'

/** A free map that is allowed on every object and never read. */
export const meta = z.record(z.string(), z.unknown()).optional().describe('Free notes. Never read.')

/** An object of the language: every field it does not name is an error, `_meta` excepted. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, _meta: meta })
}

/** A name of something in a document: nothing in it may move a terminal's cursor or end a line. */
export const name = z
  .string()
  .min(1)
  .max(128)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'a name without control characters')
/** The name of a JSON Schema of a Context. */
export const schemaName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'a name of letters, digits and _ such as Plan')
export const description = z.string().max(10_000)
/** semver.org 2.0.0 */
export const semver = z
  .string()
  .regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/, 'a semantic version such as 1.0.0')
/** A span of time: `500ms`, `30s`, `15m`, `24h`, `7d`. */
export const duration = z.string().regex(/^[1-9]\d{0,8}(?:ms|s|m|h|d)$/, 'a duration such as 30s, 15m, 24h or 7d')
export const positiveInteger = z.number().int().positive()
/** A JSON Schema (draft 2020-12). Checked for what this version can evaluate by the cross-checks. */
export const jsonSchema = z.record(z.string(), z.unknown()).describe('A JSON Schema (draft 2020-12)')
/** `#/schemas/Name` */
export const schemaRef = z.string().regex(/^#\/schemas\/[A-Za-z][A-Za-z0-9_]*$/, 'a reference such as #/schemas/Plan')
/** `server:tool`, with globs (`*` fits any run of characters) on either side of the first colon. */
export const toolPattern = z
  .string()
  .max(300)
  .regex(/^[a-z0-9*][a-z0-9*-]*:[A-Za-z0-9_./*-]+$/, 'a tool as server:tool, with * on either side')
/** `server:tool` without globs. */
export const toolReference = z
  .string()
  .max(300)
  .regex(/^[a-z0-9][a-z0-9-]*:[A-Za-z0-9_./-]+$/, 'a tool as server:tool')
/** A server name: lower case, digits, dashes. `ecp` is reserved. */
export const serverName = z
  .string()
  .max(64)
  .regex(/^(?!ecp$)[a-z0-9][a-z0-9-]*$/, 'a server name such as files or my-server (`ecp` is reserved)')
/** A server that a mount reads from: one of the host's, or `ecp` for the memory of its executor. */
export const sourceServer = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'a server name such as files or my-server, or ecp for the memory of its executor')
/** A tool name that can be called; others, look-alike characters included, are not listed. */
export const toolName = z.string().regex(/^[A-Za-z0-9_./-]{1,128}$/, 'a tool name of letters, digits, _ . / -')

/** CEL (cel.dev). Type-checked and bounded by the cross-checks. */
export const condition = z.string().min(1).max(4_000).describe('A condition in CEL')
export const moneyUsd = z.number().positive().finite()

/** Milliseconds of a {@link duration}. */
export function milliseconds(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text)
  const unit = units[match?.[2] ?? '']
  return match && unit !== undefined ? Number(match[1]) * unit : Number.NaN
}
