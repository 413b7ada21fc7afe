import { z } from 'zod'
import { object, serverName, toolName } from '../context/base.ts'
import type { JsonObject } from '../json.ts'

export const lockVersions = ['1'] as const

const json = z.record(z.string(), z.unknown())
const lockedTool = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'a sha-256 digest of 64 lower-case hex digits'),
  effect: z.enum(['read', 'write']).describe('What it counts as, for the reader: the config decides'),
  why: z.string(),
  definition: z.strictObject({
    title: z.string().optional(),
    description: z.string().optional(),
    inputSchema: json,
    outputSchema: json.optional(),
    annotations: json.optional(),
  }),
})

/** `ecp.lock.yaml` (host.md, Lock): what the tools of a config's servers were when a person looked at them. */
export const lock = object({
  version: z.enum(lockVersions),
  servers: z.record(serverName, z.strictObject({ tools: z.record(toolName, lockedTool) })),
})

export interface LockedTool {
  /** sha-256 (hex) over the RFC 8785 JSON of description, input schema, output schema and annotations. */
  readonly digest: string
  readonly effect: 'read' | 'write'
  readonly why: string
  readonly definition: {
    readonly title?: string
    readonly description?: string
    readonly inputSchema: JsonObject
    readonly outputSchema?: JsonObject
    readonly annotations?: JsonObject
  }
}
export interface Lock {
  readonly version: (typeof lockVersions)[number]
  readonly servers: Readonly<Record<string, { readonly tools: Readonly<Record<string, LockedTool>> }>>
}
