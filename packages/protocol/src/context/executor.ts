import { z } from 'zod'
import {
  description,
  duration,
  jsonSchema,
  name,
  object,
  positiveInteger,
  schemaRef,
  sourceServer,
  toolName,
  toolReference,
} from './base.ts'
import { policies } from './policies.ts'

export const strategies = ['single', 'sequential', 'delegate', 'swarm'] as const
export type Strategy = (typeof strategies)[number]
export const inputTypes = ['string', 'number', 'integer', 'boolean'] as const

export const scalar = z.union([z.string(), z.number(), z.boolean()])
const input = object({
  type: z.enum(inputTypes).describe('Its type; checked, for the default too'),
  required: z.boolean().optional().describe('Whether a run without it is refused'),
  default: scalar.optional().describe('What it is when it is not given'),
  description: description.optional(),
  enum: z.array(scalar).min(1).optional().describe('The values it may have'),
})
export type Input = z.infer<typeof input>
export const inputs = z.record(name, input)

export const output = object({
  name,
  description: description.optional(),
  fromSchema: schemaRef.optional().describe('Schema it has, as #/schemas/Name'),
  schema: jsonSchema.optional().describe('Schema it has, written here'),
  destination: z.string().optional(),
  actionMapping: z.record(z.string(), z.unknown()).optional(),
})

export const mountStages = ['seed', 'focus', 'deep'] as const
const mount = object({
  name,
  title: z.string().optional(),
  description: description.optional(),
  stage: z.enum(mountStages).describe('seed: before its executor runs; focus, deep: with the plan, if there is one'),
  from: object({ server: sourceServer, tool: toolName, args: z.record(z.string(), z.unknown()).optional() }).describe(
    'The tool call that gives the data',
  ),
  when: object({ selectorFrom: z.string().min(1), maxSelected: positiveInteger.optional() })
    .optional()
    .describe('One call for each item of a list in the plan'),
  asType: z.string().optional(),
  limits: object({ maxItems: positiveInteger.optional(), maxBytes: positiveInteger.optional() })
    .optional()
    .describe('How much of the data is taken'),
  optional: z.boolean().optional().describe('Whether the run goes on when it fails'),
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
  type: z
    .enum(['agent', 'tool', 'human'])
    .describe('agent: a model; tool: one call without a model; human: a question to a person'),
  inputs: inputs.optional().describe('The context inputs it sees; missing: all'),
  inputSchema: jsonSchema
    .optional()
    .describe(
      'Schema of its input: the context inputs that it sees, and `task`, `hints`, `outputs` as its strategy gives them',
    ),
  inputSchemaRef: schemaRef.optional().describe('Schema of its input, as #/schemas/Name'),
  outputSchema: jsonSchema.optional().describe('Schema of its output, written here'),
  outputSchemaRef: schemaRef.optional().describe('Schema of its output, as #/schemas/Name'),
  outputs: z.array(output).optional(),
  protocols: object({
    agentOrchestration: protocol('a2a').optional(),
    toolInvocation: protocol('mcp').optional(),
  }).optional(),
  model: object({ provider, name: z.string().min(1).optional() })
    .optional()
    .describe("Which model; how it is reached is the host's to say"),
  instructions: z.string().optional().describe('The system message of its model'),
  mounts: z.array(mount).optional().describe('Data it is given before it runs'),
  memory: object({
    scope: z.enum(['user', 'context', 'org']).describe('Whose memory it is'),
    description: description.optional(),
    maxItems: positiveInteger.optional(),
    maxTokens: positiveInteger.optional(),
  }).optional(),
  policies: policies.optional().describe('What it may do; missing: nothing'),
  tool: object({ call: toolReference, args: z.record(z.string(), z.unknown()).optional() })
    .optional()
    .describe('What an executor of type tool calls'),
  ask: object({
    title: z.string().min(1),
    show: z.array(name).optional().describe('Outputs before it that the person sees'),
    assignee: z.string().optional().describe('Who is asked: the name of an approver, or of a group of them'),
    expiresAfter: duration.optional(),
  })
    .optional()
    .describe('What a person is asked: by an executor of type human, or where an agent elsewhere asks for input'),
  optional: z.boolean().optional().describe('Whether the run goes on when it fails'),
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
  strategy: z.enum(strategies).describe('How it runs its children'),
  executors: z.array(executor).optional(),
  orchestrators: z.array(z.lazy(() => orchestrator)).optional(),
})
