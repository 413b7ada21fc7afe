import { z } from 'zod'
import { description, jsonSchema, name, object, positiveInteger, semver } from './base.ts'
import { executor, inputs, orchestrator, output, strategies } from './executor.ts'

export const specVersions = ['ecp/v0.5-draft'] as const
export const pluginKinds = ['provider', 'executor', 'logger', 'memory', 'tool'] as const
export type PluginKind = (typeof pluginKinds)[number]
export const sourceTypes = ['builtin', 'npm', 'git', 'local'] as const
export type SourceType = (typeof sourceTypes)[number]
export const triggerTypes = ['schedule', 'webhook', 'tool-event', 'manual'] as const

/** Narrows which plugins may load; the same fields in a Context's plugins block and in the host's `security.plugins`. */
export const pluginSecurity = object({
  allowKinds: z.array(z.enum(pluginKinds)).optional(),
  allowSourceTypes: z.array(z.enum(sourceTypes)).optional(),
  allowIds: z.array(name).optional(),
  denyIds: z.array(name).optional(),
  strict: z.boolean().optional(),
})
export type PluginSecurity = z.infer<typeof pluginSecurity>

const pluginEntry = object({
  name,
  kind: z.enum(pluginKinds),
  type: z.enum(sourceTypes),
  version: z.string(),
  packageName: z.string().optional(),
  repository: z.string().optional(),
  path: z.string().optional(),
  entrypoint: z.string().optional(),
  integrity: z.string().optional(),
  title: z.string().optional(),
  description: description.optional(),
})
export type PluginEntry = z.infer<typeof pluginEntry>

const trigger = object({
  type: z.enum(triggerTypes),
  cron: z.string().optional(),
  timezone: z.string().optional(),
  url: z.string().optional(),
  event: z.string().optional(),
  description: description.optional(),
})

const orchestration = object({
  entrypoint: name,
  strategy: z.enum(strategies),
  description: description.optional(),
  defaults: object({
    maxDelegations: positiveInteger.optional(),
    maxExecutors: positiveInteger.optional(),
    timeoutMs: positiveInteger.optional(),
  }).optional(),
  requires: z.array(name).optional(),
  produces: name.optional(),
})

/** The portable manifest (context.md). `orchestration`, `orchestrator` or both must stand; the cross-checks hold that. */
export const context = object({
  specVersion: z.enum(specVersions),
  kind: z.literal('Context'),
  metadata: object({ name, version: semver, description: description.optional() }),
  inputs: inputs.optional(),
  outputs: z.array(output).optional(),
  schemas: z.record(name, jsonSchema).optional(),
  triggers: z.array(trigger).optional(),
  orchestration: orchestration.optional(),
  orchestrator: orchestrator.optional(),
  executors: z.array(executor).optional(),
  plugins: object({
    version: z.string(),
    description: description.optional(),
    providers: z.array(pluginEntry).optional(),
    executors: z.array(pluginEntry).optional(),
    entries: z.array(pluginEntry).optional(),
    config: z.record(z.string(), z.unknown()).optional(),
    security: pluginSecurity.optional(),
  }).optional(),
})
export type Context = z.infer<typeof context>
