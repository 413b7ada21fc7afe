import { z } from 'zod'
import { condition, duration, moneyUsd, name, object, positiveInteger, toolPattern } from './base.ts'

export const writeModes = ['forbid', 'propose-only', 'execute-if-allowed'] as const
export type WriteMode = (typeof writeModes)[number]

/** A tool pattern alone, or with a condition on the call. */
const toolRule = z.union([
  toolPattern,
  object({ tool: toolPattern, when: condition.optional().describe('A condition on the call, in CEL') }),
])
export type ToolRule = z.infer<typeof toolRule>

const toolAccess = object({
  default: z.enum(['deny', 'allow']).describe('What an unnamed tool gets; `allow` covers reads only'),
  allow: z.array(toolRule).optional().describe('One entry that fits is enough'),
  deny: z.array(toolRule).optional().describe('One entry that fits is enough, and it always wins'),
})

const perTool = object({
  maxCalls: positiveInteger.optional().describe('Most calls of it'),
  per: duration.optional().describe('A window over all runs; without it the limit is per run'),
  sum: condition.optional().describe('A number for each call, in CEL over the arguments'),
  max: z.number().nonnegative().finite().optional().describe('The most that `sum` may come to'),
})

export const budgets = object({
  maxToolCalls: positiveInteger.optional().describe('Most tool calls of a run'),
  maxRuntimeSeconds: z
    .number()
    .positive()
    .finite()
    .optional()
    .describe('Wall time less time spent waiting for people; at the limit calls in flight are aborted'),
  maxModelTokens: positiveInteger.optional().describe('Most model tokens of a run'),
  maxCostUsd: moneyUsd.optional().describe('Most a run may cost; needs prices in the host config'),
  maxDenials: positiveInteger.optional().describe('After so many denials the executor is stopped'),
  maxRepeats: positiveInteger.optional().describe('How often the same action may be done'),
  perTool: z.record(toolPattern, perTool).optional().describe('Budgets of single tools, by server:tool'),
})
export type Budgets = z.infer<typeof budgets>

export const approval = object({
  expiresAfter: duration.optional().describe('How long an approval can be given and used'),
  approvers: z.array(name).optional().describe('Names or groups of the host config'),
  quorum: positiveInteger.optional().describe('How many different people must approve'),
})

export const writeControls = object({
  mode: z.enum(writeModes).optional().describe('What becomes of writes that are allowed; missing: they execute'),
  requireApprovalFor: z.array(toolPattern).optional().describe('Writes that wait for a person'),
  approval: approval.optional().describe('On which terms a person approves'),
  writes: z.array(toolPattern).optional().describe('Calls to these write, whatever else says read'),
})

export const policies = object({
  toolAccess: toolAccess.optional().describe('Which tools; missing: none'),
  budgets: budgets.optional().describe("Limits; missing: the host's defaults"),
  writeControls: writeControls.optional().describe('What becomes of writes'),
  resourceAccess: object({
    allow: z.array(z.string().min(1)).optional(),
    prompts: z.array(z.string().min(1)).optional(),
  })
    .optional()
    .describe('Which resources (server:uri) and prompts (server:name); missing: none'),
  network: object({ allowDomains: z.array(z.string().min(1)).optional() })
    .optional()
    .describe("Narrows the host's domains"),
  memoryAccess: object({ allowRead: z.boolean().optional(), allowWrite: z.boolean().optional() })
    .optional()
    .describe('Missing: neither'),
})
export type Policies = z.infer<typeof policies>
