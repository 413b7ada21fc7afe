import { z } from 'zod'
import { duration, name, object, positiveInteger } from '../context/base.ts'
import { pluginKinds, sourceTypes } from '../context/context.ts'

export const secretProviders = ['process.env', 'dot.env', 'os.secrets', 'session'] as const
export type SecretProviderName = (typeof secretProviders)[number]

/** Names one secret; never a whole provider. */
export const secretReference = object({ provider: z.enum(secretProviders), key: z.string().min(1).max(256) })
export type SecretReference = z.infer<typeof secretReference>

const binding = object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, 'the name of an environment variable or header'),
  source: secretReference,
  required: z.boolean().optional(),
  delivery: z.enum(['env', 'header']).optional(),
  allowInsecure: z.boolean().optional(),
})
export type SecretBinding = z.infer<typeof binding>

const stringMap = z.record(z.string(), z.string())
const transport = z.discriminatedUnion('type', [
  object({
    type: z.literal('stdio'),
    command: z.string().min(1),
    args: z.array(z.string()).optional(),
    cwd: z.string().optional(),
    env: stringMap.optional(),
  }),
  object({ type: z.literal('http'), url: z.url(), headers: stringMap.optional() }),
  object({ type: z.literal('sse'), url: z.url(), headers: stringMap.optional() }),
  object({ type: z.literal('external') }).describe('Tools that another program executes and asks about'),
])
export type Transport = z.infer<typeof transport>

const sandbox = z.union([
  z.enum(['required', 'preferred', 'off']),
  object({
    filesystem: object({ read: z.array(z.string()).optional(), write: z.array(z.string()).optional() }).optional(),
    network: object({ allowDomains: z.array(z.string()).optional() }).optional(),
  }),
])

/** A server name: lower case, digits, dashes. `ecp` is reserved. */
export const serverName = z
  .string()
  .max(64)
  .regex(/^(?!ecp$)[a-z0-9][a-z0-9-]*$/, 'a server name such as files or my-server (`ecp` is reserved)')
const toolName = z.string().regex(/^[A-Za-z0-9_./-]{1,128}$/, 'a tool name of letters, digits, _ . / -')

export const server = object({
  transport,
  credentials: object({ bindings: z.array(binding).optional() }).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  tools: z
    .record(toolName, object({ effect: z.enum(['read', 'write']).optional(), timeoutMs: positiveInteger.optional() }))
    .optional(),
  trustAnnotations: z
    .boolean()
    .optional()
    .describe('Whether readOnlyHint of a pinned definition counts (default true)'),
  unsafeEnv: z.boolean().optional().describe('Lets `env` hold NODE_OPTIONS, LD_*, DYLD_* and PYTHON*'),
  sandbox: sandbox.optional(),
  startTimeoutMs: positiveInteger.optional(),
  callTimeoutMs: positiveInteger.optional(),
  passInstructions: z.boolean().optional(),
  passLogs: z.boolean().optional(),
  passRoots: z.boolean().optional(),
})
export type ServerWiring = z.infer<typeof server>

const modelProvider = object({
  defaultModel: z.string().min(1),
  supportedModels: z.array(z.string().min(1)).optional(),
  apiKey: secretReference.optional(),
  prices: z
    .record(
      z.string(),
      object({ inputUsdPerMillion: z.number().nonnegative(), outputUsdPerMillion: z.number().nonnegative() }),
    )
    .optional(),
  config: z.record(z.string(), z.unknown()).optional(),
})

const free = z.record(z.string(), z.unknown())
const configured = z.record(name, object({ config: free.optional() }))

const install = object({
  source: object({ type: z.enum(sourceTypes), spec: z.string().min(1) }),
  path: z.string().optional(),
  pluginKind: z.enum(pluginKinds),
  integrity: z.string().optional(),
  config: free.optional(),
})
export type PluginInstall = z.infer<typeof install>

const gatewayClient = object({ context: z.string().min(1), executor: name, token: secretReference })

/** What exists on this machine and how to reach it. Grants nothing. */
export const wiring = {
  models: object({ providers: z.record(name, modelProvider).optional() }).optional(),
  tools: object({ servers: z.record(serverName, server).optional() }).optional(),
  agents: object({
    endpoints: z.record(name, z.union([z.url(), object({ url: z.url(), config: free.optional() })])).optional(),
  }).optional(),
  executors: object({ instances: configured.optional() }).optional(),
  memory: object({ stores: configured.optional() }).optional(),
  loggers: object({ config: z.record(name, free).optional() }).optional(),
  secrets: object({
    defaultProvider: z.enum(secretProviders).optional(),
    policy: z.enum(['permissive', 'warn', 'strict']).optional(),
    providers: object({
      'process.env': object({}).optional(),
      'dot.env': object({ path: z.string().min(1).optional() }).optional(),
      'os.secrets': object({}).optional(),
      session: object({}).optional(),
    }).optional(),
  }).optional(),
  plugins: object({ installs: z.record(name, install).optional() }).optional(),
  gateway: object({
    listen: z.string().optional(),
    clients: z.record(name, gatewayClient).optional(),
    runWindow: duration.optional(),
    approvals: object({
      channels: z.array(z.enum(['console', 'cli', 'webhook', 'mcp'])).optional(),
      wait: duration.optional(),
    }).optional(),
  }).optional(),
  ledger: object({
    path: z.string().min(1).optional(),
    postgres: secretReference.optional(),
    retention: duration.optional(),
  }).optional(),
}
