import { z } from 'zod'
import { description, duration, jsonSchema, name, object, positiveInteger, schemaRef, toolReference } from './base.ts'
import { policies } from './policies.ts'

export const strategies = ['single', 'sequential', 'delegate', 'swarm'] as const
export type Strategy = (typeof strategies)[number]
export const inputTypes = ['string', 'number', 'integer', 'boolean'] as const

const scalar = z.union([z.string(), z.number(), z.boolean()])
const input = object({
  type: z.enum(inputTypes),
  required: z.boolean().optional(),
  default: scalar.optional(),
  description: description.optional(),
  enum: z.array(scalar).min(1).optional(),
})
export type Input = z.infer<typeof input>
export const inputs = z.record(name, input)

export const output = object({
  name,
  description: description.optional(),
  fromSchema: schemaRef.optional(),
  schema: jsonSchema.optional(),
  destination: z.string().optional(),
  actionMapping: z.record(z.string(), z.unknown()).optional(),
})

export const mountStages = ['seed', 'focus', 'deep'] as const
const mount = object({
  name,
  title: z.string().optional(),
  description: description.optional(),
  stage: z.enum(mountStages),
  from: object({ server: name, tool: name, args: z.record(z.string(), z.unknown()).optional() }),
  when: object({ selectorFrom: z.string().min(1), maxSelected: positiveInteger.optional() }).optional(),
  asType: z.string().optional(),
  limits: object({ maxItems: positiveInteger.optional(), maxBytes: positiveInteger.optional() }).optional(),
  optional: z.boolean().optional(),
})
export type Mount = z.infer<typeof mount>

const provider = z.union([
  name,
  object({ name, type: z.enum(['builtin', 'npm', 'git', 'local']).optional(), version: z.string().optional() }),
])
const protocol = (type: 'a2a' | 'mcp') => object({ type: z.literal(type), version: z.string().optional() })

const common = {
  name,
  title: z.string().optional(),
  description: description.optional(),
  type: z.enum(['agent', 'tool', 'human']),
  inputs: inputs.optional(),
  inputSchema: jsonSchema.optional(),
  inputSchemaRef: schemaRef.optional(),
  outputSchema: jsonSchema.optional(),
  outputSchemaRef: schemaRef.optional(),
  outputs: z.array(output).optional(),
  protocols: object({
    agentOrchestration: protocol('a2a').optional(),
    toolInvocation: protocol('mcp').optional(),
  }).optional(),
  model: object({ provider, name: z.string().min(1).optional() }).optional(),
  instructions: z.string().optional(),
  mounts: z.array(mount).optional(),
  memory: object({
    scope: z.enum(['user', 'context', 'org']),
    description: description.optional(),
    maxItems: positiveInteger.optional(),
    maxTokens: positiveInteger.optional(),
  }).optional(),
  policies: policies.optional(),
  tool: object({ call: toolReference, args: z.record(z.string(), z.unknown()).optional() }).optional(),
  ask: object({
    title: z.string().min(1),
    show: z.array(name).optional(),
    assignee: z.string().optional(),
    expiresAfter: duration.optional(),
  }).optional(),
  optional: z.boolean().optional(),
}

export const executor = object(common)
export type Executor = z.infer<typeof executor>

/** An executor that runs others: the inner nodes of the tree form. */
export interface Orchestrator extends Executor {
  strategy: Strategy
  executors?: Executor[] | undefined
  orchestrators?: Orchestrator[] | undefined
}
export const orchestrator: z.ZodType<Orchestrator> = object({
  ...common,
  strategy: z.enum(strategies),
  executors: z.array(executor).optional(),
  orchestrators: z.array(z.lazy(() => orchestrator)).optional(),
})
