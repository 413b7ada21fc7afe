import { z } from 'zod'
import { moneyUsd, name, object, positiveInteger, toolPattern } from '../context/base.ts'
import { pluginSecurity } from '../context/context.ts'
import { approval, budgets, writeModes } from '../context/policies.ts'
import { secretProviders } from './wiring.ts'

const names = z.array(name)

const perRun = budgets.omit({ perTool: true })
const perPrincipalPerDay = object({
  maxToolCalls: positiveInteger.optional(),
  maxModelTokens: positiveInteger.optional(),
  maxCostUsd: moneyUsd.optional(),
  maxDenials: positiveInteger.optional(),
})

/** Allow-lists, floors and defaults; the mirror of the wiring. A missing allow-list allows nothing, as an empty one does. */
export const security = object({
  models: object({
    allowProviders: names.optional(),
    defaultProviders: names.optional(),
    allowedModels: z.record(name, z.array(z.string().min(1))).optional(),
  }).optional(),
  tools: object({
    allowServers: names.optional(),
    allow: z
      .array(toolPattern)
      .optional()
      .describe('The ceiling for every Context; missing: all tools of the allowed servers'),
    deny: z.array(toolPattern).optional(),
    allowProjectServers: z.union([z.boolean(), z.literal('sandboxed')]).optional(),
    allowContextDefault: z
      .boolean()
      .optional()
      .describe('Whether `default: allow` of a Context counts, for reads (default false)'),
    allowSampling: names.optional().describe('Servers that may ask the client for a model turn'),
    allowElicitation: names.optional().describe('Servers that may ask the client for input from its user'),
  }).optional(),
  agents: object({ allowEndpoints: names.optional(), defaultEnable: names.optional() }).optional(),
  executors: object({ allowExecutors: names.optional(), defaultEnable: names.optional() }).optional(),
  memory: object({ allowStores: names.optional(), defaultStore: name.optional() }).optional(),
  loggers: object({ allowEnable: names.optional(), defaultEnable: names.optional() }).optional(),
  secrets: object({ allowProviders: z.array(z.enum(secretProviders)).optional() }).optional(),
  plugins: pluginSecurity.optional(),
  writes: object({
    mode: z.enum(writeModes).optional(),
    requireApprovalFor: z.array(toolPattern).optional(),
    approval: approval.optional(),
  }).optional(),
  approvers: z
    .record(
      name,
      object({ publicKey: z.string().optional(), passkey: z.string().optional(), groups: names.optional() }),
    )
    .optional(),
  budgets: object({
    defaults: perRun.optional().describe('For an executor that sets none'),
    perRun: perRun.optional().describe('Ceilings over all executors of a run'),
    perPrincipalPerDay: perPrincipalPerDay.optional().describe('Ceilings over all runs of a principal in 24 hours'),
  }).optional(),
  network: object({
    allowDomains: z.array(z.string().min(1)).optional(),
    allowPrivateAddresses: z.boolean().optional(),
  }).optional(),
})
export type Security = z.infer<typeof security>
