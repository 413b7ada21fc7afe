import { z } from 'zod'
import { moneyUsd, name, object, positiveInteger, toolPattern } from '../context/base.ts'
import { pluginSecurity } from '../context/context.ts'
import { approval, budgets, writeModes } from '../context/policies.ts'
import { secretProviders } from './wiring.ts'

const names = z.array(name)

/** RFC 4648, section 5, without padding, and in the one form that there is of each bytes (section 3.5). */
const base64url = z
  .string()
  .regex(/^(?:[\w-]{4})*(?:[\w-]{2}[AEIMQUYcgkosw048]|[\w-][AQgw])?$/, 'base64url without padding')

const passkey = object({
  id: base64url.min(22).max(1_400).describe("The credential's id, base64url"),
  publicKey: base64url
    .min(50)
    .max(4_000)
    .describe('SPKI in DER, base64url: P-256 (ES256), Ed25519 (EdDSA) or RSA (RS256)'),
  rpId: z
    .string()
    .max(253)
    .regex(
      /^(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*$/,
      'a domain name in lower case such as localhost or ecp.example.com',
    )
    .describe('The domain that it was registered for: the passkey answers no other'),
  origins: z.array(z.string().max(300)).min(1).describe('Where the console is opened, such as http://localhost:7391'),
})
/** A passkey of an approver: a WebAuthn credential. */
export type Passkey = z.infer<typeof passkey>

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
      object({
        publicKey: z.string().optional().describe('Ed25519, SPKI in DER, base64url: `ecp approvers add` prints it'),
        passkeys: z.array(passkey).min(1).optional().describe('What `ecp approvers add --passkey` prints'),
        groups: names.optional(),
      }),
    )
    .optional()
    .describe('Whose word counts; missing: that of whoever runs as this user, unsigned'),
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
