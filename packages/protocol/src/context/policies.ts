import { z } from 'zod'
import { condition, duration, moneyUsd, name, object, positiveInteger, toolPattern } from './base.ts'

export const writeModes = ['forbid', 'propose-only', 'execute-if-allowed'] as const
export type WriteMode = (typeof writeModes)[number]

/** A tool pattern alone, or with a condition on the call. */
const toolRule = z.union([toolPattern, object({ tool: toolPattern, when: condition.optional() })])
export type ToolRule = z.infer<typeof toolRule>

const toolAccess = object({
  default: z.enum(['deny', 'allow']).describe('What an unnamed tool gets; `allow` covers reads only'),
  allow: z.array(toolRule).optional().describe('One entry that fits is enough'),
  deny: z.array(toolRule).optional().describe('One entry that fits is enough, and it always wins'),
})

const perTool = object({
  maxCalls: positiveInteger.optional(),
  per: duration.optional().describe('A window over all runs; without it the limit is per run'),
  sum: condition.optional().describe('A number for each call, in CEL over the arguments'),
  max: z.number().nonnegative().finite().optional().describe('The most that `sum` may come to'),
})

export const budgets = object({
  maxToolCalls: positiveInteger.optional(),
  maxRuntimeSeconds: z.number().positive().finite().optional(),
  maxModelTokens: positiveInteger.optional(),
  maxCostUsd: moneyUsd.optional(),
  maxDenials: positiveInteger.optional(),
  maxRepeats: positiveInteger.optional(),
  perTool: z.record(toolPattern, perTool).optional(),
})
export type Budgets = z.infer<typeof budgets>

export const approval = object({
  expiresAfter: duration.optional(),
  approvers: z.array(name).optional(),
  quorum: positiveInteger.optional(),
})

export const writeControls = object({
  mode: z.enum(writeModes).optional(),
  requireApprovalFor: z.array(toolPattern).optional(),
  approval: approval.optional(),
  writes: z.array(toolPattern).optional().describe('Calls to these write, whatever else says read'),
})

export const policies = object({
  toolAccess: toolAccess.optional(),
  budgets: budgets.optional(),
  writeControls: writeControls.optional(),
  resourceAccess: object({
    allow: z.array(z.string().min(1)).optional(),
    prompts: z.array(z.string().min(1)).optional(),
  }).optional(),
  network: object({ allowDomains: z.array(z.string().min(1)).optional() }).optional(),
  memoryAccess: object({ allowRead: z.boolean().optional(), allowWrite: z.boolean().optional() }).optional(),
})
export type Policies = z.infer<typeof policies>
