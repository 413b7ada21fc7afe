import { z } from 'zod'
import { description, jsonSchema, name, object, positiveInteger, schemaName, semver } from './base.ts'
import { executor, inputs, orchestrator, output, strategies } from './executor.ts'

export const specVersions = ['ecp/v0.5-draft'] as const
export const pluginKinds = ['provider', 'executor', 'logger', 'memory', 'tool'] as const
export type PluginKind = (typeof pluginKinds)[number]
export const sourceTypes = ['builtin', 'npm', 'git', 'local'] as const
export type SourceType = (typeof sourceTypes)[number]
export const triggerTypes = ['schedule', 'webhook', 'tool-event', 'manual'] as const

/** Narrows which plugins may load; the same fields in a Context's plugins block and in the host's `security.plugins`. */
export const pluginSecurity = object({
  allowKinds: z
    .array(z.enum(pluginKinds))
    .optional()
    .describe('Kinds of plugins that may load; missing or empty: none'),
  allowSourceTypes: z.array(z.enum(sourceTypes)).optional().describe('Where plugins may come from'),
  allowIds: z.array(name).optional().describe('Plugins that may load, by name'),
  denyIds: z.array(name).optional().describe('Plugins that may not load, whatever allows them'),
  strict: z.boolean().optional().describe('Refuse what does not name its version and digest'),
})
export type PluginSecurity = z.infer<typeof pluginSecurity>

const pluginEntry = object({
  name,
  kind: z.enum(pluginKinds).describe('What the plugin is for'),
  type: z.enum(sourceTypes).describe('Where it comes from'),
  version: z.string(),
  packageName: z.string().optional().describe('npm package'),
  repository: z.string().optional().describe('git repository'),
  path: z.string().optional().describe('Folder'),
  entrypoint: z.string().optional(),
  integrity: z.string().optional().describe('Digest of what is loaded'),
  title: z.string().optional(),
  description: description.optional(),
})
export type PluginEntry = z.infer<typeof pluginEntry>

const trigger = object({
  type: z.enum(triggerTypes).describe('What starts a run'),
  cron: z.string().optional().describe('Five or six fields: (second,) minute, hour, day, month, weekday'),
  timezone: z.string().optional().describe('IANA time zone such as Europe/Berlin'),
  url: z.string().optional().describe('Path or URL of the webhook'),
  event: z.string().optional().describe('Event that starts a run'),
  description: description.optional(),
})

const orchestration = object({
  entrypoint: name.describe('The executor that a run starts with'),
  strategy: z.enum(strategies).describe('How the entry point runs the other executors'),
  description: description.optional(),
  defaults: object({
    maxDelegations: positiveInteger.optional().describe('Most delegations of a plan'),
    maxExecutors: positiveInteger.optional().describe('Most executors at the same time'),
    timeoutMs: positiveInteger.optional().describe('Longest time of a run, in milliseconds'),
  }).optional(),
  requires: z.array(name).optional().describe('Schemas of which an output must have been produced'),
  produces: name.optional().describe('Schema of the result; the child that has it is the merger'),
})

/** The portable manifest (context.md). `orchestration`, `orchestrator` or both must stand; the cross-checks hold that. */
export const context = object({
  specVersion: z.enum(specVersions).describe('Version of the format'),
  kind: z.literal('Context'),
  metadata: object({ name, version: semver, description: description.optional() }).describe(
    'Name and version of this Context',
  ),
  inputs: inputs.optional().describe('What a run is given, by name'),
  outputs: z.array(output).optional().describe('What a run emits'),
  schemas: z.record(schemaName, jsonSchema).optional().describe('JSON Schemas, referenced as #/schemas/Name'),
  triggers: z.array(trigger).optional().describe('What starts a run besides a person'),
  orchestration: orchestration.optional().describe('Flat form: the entry point and how it runs the executors'),
  orchestrator: orchestrator.optional().describe('Tree form: the entry point with what is below it'),
  executors: z.array(executor).optional().describe('Who runs'),
  plugins: object({
    version: z.string(),
    description: description.optional(),
    providers: z.array(pluginEntry).optional().describe('Model providers it expects'),
    executors: z.array(pluginEntry).optional().describe('Executor plugins it expects'),
    entries: z.array(pluginEntry).optional().describe('Other plugins it expects'),
    config: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Values for plugins; endpoints, keys and headers are the host's alone"),
    security: pluginSecurity.optional().describe('Narrows which plugins this Context may use'),
  }).optional(),
})
export type Context = z.infer<typeof context>
