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
    allowProviders: names.optional().describe('Model providers that may be used; missing or empty: none'),
    defaultProviders: names.optional().describe('Those that are used when a Context names none'),
    allowedModels: z
      .record(name, z.array(z.string().min(1)))
      .optional()
      .describe('Models that may be used, by provider'),
  }).optional(),
  tools: object({
    allowServers: names.optional().describe('MCP servers that may be used; missing or empty: none'),
    allow: z
      .array(toolPattern)
      .optional()
      .describe('The ceiling for every Context; missing: all tools of the allowed servers'),
    deny: z.array(toolPattern).optional().describe('Tools that may not be called, whatever allows them'),
    allowProjectServers: z
      .union([z.boolean(), z.literal('sandboxed')])
      .optional()
      .describe('Whether a project may wire servers of its own (default false)'),
    allowContextDefault: z
      .boolean()
      .optional()
      .describe('Whether `default: allow` of a Context counts, for reads (default false)'),
    allowSampling: names.optional().describe('Servers that may ask the client for a model turn'),
    allowElicitation: names.optional().describe('Servers that may ask the client for input from its user'),
  }).optional(),
  agents: object({ allowEndpoints: names.optional(), defaultEnable: names.optional() })
    .optional()
    .describe('Agents elsewhere that may be used'),
  executors: object({ allowExecutors: names.optional(), defaultEnable: names.optional() })
    .optional()
    .describe('Executor plugins that may be used'),
  memory: object({ allowStores: names.optional(), defaultStore: name.optional() })
    .optional()
    .describe('Memory stores that may be used'),
  loggers: object({ allowEnable: names.optional(), defaultEnable: names.optional() })
    .optional()
    .describe('Loggers that may be used'),
  secrets: object({ allowProviders: z.array(z.enum(secretProviders)).optional() })
    .optional()
    .describe('Where secrets may come from; missing or empty: nowhere'),
  plugins: pluginSecurity.optional().describe('Which plugins may load'),
  writes: object({
    mode: z.enum(writeModes).optional().describe('A floor under every Context: what becomes of writes'),
    requireApprovalFor: z
      .array(toolPattern)
      .optional()
      .describe('Writes that wait for a person, whatever the Context says'),
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
