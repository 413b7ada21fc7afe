import { z } from 'zod'
import {
  description,
  duration,
  jsonSchema,
  name,
  object,
  positiveInteger,
  serverName,
  toolName,
} from '../context/base.ts'
import { pluginKinds, sourceTypes } from '../context/context.ts'
import { scalar } from '../context/executor.ts'
import { webhookEvents } from '../webhook.ts'

export const secretProviders = ['process.env', 'dot.env', 'os.secrets', 'session'] as const
export type SecretProviderName = (typeof secretProviders)[number]

/** Names one secret; never a whole provider. */
export const secretReference = object({ provider: z.enum(secretProviders), key: z.string().min(1).max(256) }).describe(
  'Names one secret',
)
export type SecretReference = z.infer<typeof secretReference>

const binding = object({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, 'the name of an environment variable or header')
    .describe('Environment variable or header that holds it'),
  source: secretReference,
  required: z.boolean().optional().describe('Whether nothing starts without it'),
  delivery: z.enum(['env', 'header']).optional().describe('env for stdio servers, header for the others'),
  allowInsecure: z.boolean().optional().describe('Lets it come from a source that is not secure under policy strict'),
})
export type SecretBinding = z.infer<typeof binding>

const stringMap = z.record(z.string(), z.string())
const oauth = object({
  clientId: z.string().min(1).optional().describe('Client that was registered by hand; missing: ecp registers itself'),
  clientSecret: secretReference.optional().describe('Where the secret of that client is'),
  clientMetadataUrl: z
    .url()
    .optional()
    .describe(
      'Address of a client metadata document, to be used as the client id where the authorization server takes one',
    ),
  issuer: z
    .url()
    .optional()
    .describe('The only authorization server to sign in at; missing: the one that the server names'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope, without spaces or quotes'))
    .optional()
    .describe('What is asked for when signing in; missing: what the server says'),
}).describe('How `ecp login` signs in at this server (OAuth 2.1); missing: as the server says')
export type OAuthWiring = z.infer<typeof oauth>

const remote = { url: z.url(), headers: stringMap.optional(), oauth: oauth.optional() }
const transport = z.discriminatedUnion('type', [
  object({
    type: z.literal('stdio'),
    command: z.string().min(1).describe('Program that is started'),
    args: z.array(z.string()).optional().describe('Arguments of the command'),
    cwd: z.string().optional().describe('Folder it starts in'),
    env: stringMap
      .optional()
      .describe('Environment besides PATH, HOME, LANG, LC_ALL and TMPDIR; secrets belong in credentials.bindings'),
  }),
  object({ type: z.literal('http'), ...remote }),
  object({ type: z.literal('sse'), ...remote }),
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

const wiredTool = object({
  effect: z.enum(['read', 'write']).optional().describe('What a call counts as; missing: what the definition says'),
  timeoutMs: positiveInteger.optional().describe('Longest time of a call, in milliseconds'),
  description: description.optional().describe('External servers only: what the tool does'),
  inputSchema: jsonSchema.optional().describe('External servers only: what arguments are checked against'),
})

export const server = object({
  transport,
  credentials: object({ bindings: z.array(binding).optional() })
    .optional()
    .describe('Secrets it gets'),
  config: z.record(z.string(), z.unknown()).optional(),
  tools: z
    .record(toolName, wiredTool)
    .optional()
    .describe('What is known of its tools, by name; of an external server, all that it has'),
  trustAnnotations: z
    .boolean()
    .optional()
    .describe('Whether readOnlyHint of a pinned definition counts (default true)'),
  unsafeEnv: z.boolean().optional().describe('Lets `env` hold NODE_OPTIONS, LD_*, DYLD_* and PYTHON*'),
  sandbox: sandbox.optional().describe('How the operating system confines it (stdio only)'),
  startTimeoutMs: positiveInteger.optional().describe('Longest time it may take to start, in milliseconds'),
  callTimeoutMs: positiveInteger.optional().describe('Longest time of a call, in milliseconds'),
  passInstructions: z.boolean().optional().describe('Passes its instructions on to the client'),
  passLogs: z.boolean().optional().describe('Passes its log messages on to the client'),
  passRoots: z.boolean().optional().describe("Lets it ask for the client's roots"),
})
export type ServerWiring = z.infer<typeof server>

const modelProvider = object({
  defaultModel: z.string().min(1).describe('Model that is used when none is named'),
  supportedModels: z.array(z.string().min(1)).optional().describe('Models it has; missing: the default one'),
  apiKey: secretReference.optional().describe('Where its key is'),
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

const endpoint = object({
  url: z
    .url()
    .describe('Where it is: its card is at /.well-known/agent-card.json there, or at this address if it ends in .json'),
  credentials: object({ bindings: z.array(binding).optional() })
    .optional()
    .describe('Secrets that it is sent, as headers'),
  config: free.optional(),
})

const install = object({
  source: object({ type: z.enum(sourceTypes), spec: z.string().min(1) }),
  path: z.string().optional(),
  pluginKind: z.enum(pluginKinds),
  integrity: z.string().optional(),
  config: free.optional(),
})
export type PluginInstall = z.infer<typeof install>

/** Triggers of a Context that `ecp serve` can start runs by; a `manual` one is `ecp run`. */
export const startingTriggers = ['schedule', 'webhook', 'tool-event'] as const
export type StartingTrigger = (typeof startingTriggers)[number]

/**
 * A name in `gateway`. `/` stands between an issuer and what its tokens say, `(` begins the name of who needs no token, and
 * `schedule:` that of what a schedule starts: no two kinds of client have one name.
 */
const gatewayName = z
  .string()
  .min(1)
  .max(128)
  .regex(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    /^(?!\(|schedule:|webhook:|tool-event:)[^\u0000-\u001f\u007f-\u009f/]*$/,
    'a name without `/` and control characters that does not begin with `(`, `schedule:`, `webhook:` or `tool-event:`',
  )
/** Whether a client of `ecp serve` may have this name. */
export const isClientName = (text: string): boolean => gatewayName.safeParse(text).success

export const nameStyles = ['prefixed', 'plain'] as const
const actingAs = {
  context: z.string().min(1).describe('The Context, relative to the folder of this file'),
  executor: name.describe('The executor of the Context whose policies apply'),
  inputs: z.record(name, scalar).optional().describe('Values for the inputs of the Context'),
  names: z
    .enum(nameStyles)
    .optional()
    .describe('How tools are named: server__tool, or plain with one server; missing: prefixed'),
}
const gatewayClient = object({ ...actingAs, token: secretReference.describe('Where its token is') })
export type GatewayClient = z.infer<typeof gatewayClient>

const claimName = z.string().min(1).max(256)
const claimEntry = object({
  claims: z
    .record(claimName, z.union([scalar, z.array(scalar).min(1)]))
    .optional()
    .describe('Claims that a token must have, each with one of these values; missing: every token of the issuer'),
  ...actingAs,
})
export type ClaimEntry = z.infer<typeof claimEntry>
const issuer = object({
  issuer: z.url().describe('As tokens name it in `iss`, to the letter'),
  audience: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('What a token must be for (`aud`): one of these'),
  jwksUri: z.url().optional().describe('Address of its keys; missing: the one that its metadata names'),
  principalClaim: claimName.optional().describe('The claim that names the principal; missing: sub'),
  clientClaim: claimName
    .optional()
    .describe(
      'A claim that tells clients of one principal apart, each with runs and budgets of its own; missing: the principal is the client',
    ),
  as: z
    .array(claimEntry)
    .min(1)
    .describe('As what its bearer acts: the first entry that the claims fit; none: refused'),
}).describe('An authorization server whose JWTs are taken')
export type IssuerWiring = z.infer<typeof issuer>

const webhook = object({
  url: z.url({ protocol: /^https?$/ }).describe('Where it is sent by POST; no redirect is followed'),
  secret: secretReference.describe('Where the key is that it is signed with: whsec_ and 24 to 64 bytes in base64'),
  events: z.array(z.enum(webhookEvents)).min(1).optional().describe('What is told; missing: all of it'),
}).describe('An endpoint that is told of approvals (Standard Webhooks)')
export type WebhookWiring = z.infer<typeof webhook>

/** It stands in the address of a webhook. */
const runName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'a name of lower case letters, digits and dashes, such as weekly-brief')
const triggeredRun = object({
  context: z
    .string()
    .min(1)
    .describe('The Context, relative to the folder of this file; its `triggers` say when it runs'),
  inputs: z
    .record(name, scalar)
    .optional()
    .describe('Values for the inputs of the Context; the body of a webhook gives only others'),
  principal: name.optional().describe('For whom it runs; missing: the user that runs `ecp serve`'),
  triggers: z
    .array(z.enum(startingTriggers))
    .min(1)
    .optional()
    .describe("Which of the Context's triggers start it; missing: all that it has"),
  overlap: z.boolean().optional().describe('Whether it may start while one of before still goes on (default false)'),
  webhook: object({
    secret: secretReference.describe(
      'Where the key is that messages are signed with: whsec_ and 24 to 64 bytes in base64',
    ),
  })
    .optional()
    .describe('Takes signed messages at POST /v1/triggers/NAME (Standard Webhooks)'),
}).describe('A Context that `ecp serve` runs when one of its triggers says so')
export type TriggeredRunWiring = z.infer<typeof triggeredRun>

/** What exists on this machine and how to reach it. Grants nothing. */
export const wiring = {
  models: object({ providers: z.record(name, modelProvider).optional() })
    .optional()
    .describe('Model providers, by id'),
  tools: object({ servers: z.record(serverName, server).optional() })
    .optional()
    .describe('MCP servers, by name'),
  agents: object({
    endpoints: z
      .record(name, z.union([z.url(), endpoint]))
      .optional()
      .describe('Agents elsewhere (A2A), by the executor that they work as'),
  }).optional(),
  executors: object({ instances: configured.optional() }).optional().describe('Executor plugins, by id'),
  memory: object({ stores: configured.optional() }).optional().describe('Memory stores, by id'),
  loggers: object({ config: z.record(name, free).optional() })
    .optional()
    .describe('Loggers, by id'),
  secrets: object({
    defaultProvider: z.enum(secretProviders).optional().describe('Where `ecp config secrets add` puts secrets'),
    policy: z
      .enum(['permissive', 'warn', 'strict'])
      .optional()
      .describe('What is said about sources that are not secure: nothing, a warning, no'),
    providers: object({
      'process.env': object({}).optional(),
      'dot.env': object({ path: z.string().min(1).optional() })
        .optional()
        .describe('The file; missing: ./.env'),
      'os.secrets': object({}).optional(),
      session: object({}).optional(),
    }).optional(),
  }).optional(),
  plugins: object({ installs: z.record(name, install).optional() })
    .optional()
    .describe('Plugins that are installed, by id'),
  gateway: object({
    listen: z
      .string()
      .regex(/^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$/, 'an address and port such as 127.0.0.1:7391')
      .optional()
      .describe('Address of `ecp serve`'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('How clients reach it, behind a proxy for one; missing: the name that they ask for'),
    hosts: z
      .array(z.string().regex(/^[A-Za-z0-9.-]+$/, 'the name of a host, without a port'))
      .optional()
      .describe('Names besides that of the address that it answers to'),
    origins: z
      .array(
        z.string().regex(/^https?:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?$/, 'an origin such as https://app.example.com'),
      )
      .optional()
      .describe('Web pages that may ask from a browser'),
    clients: z
      .record(gatewayName, gatewayClient)
      .optional()
      .describe('Who may connect, as which executor of which Context'),
    issuers: z.record(gatewayName, issuer).optional().describe('Whose JWTs are taken from those who connect'),
    runs: z
      .record(runName, triggeredRun)
      .optional()
      .describe('Which Contexts run without a person who starts them, by name'),
    runQueue: object({
      maxRunning: positiveInteger.max(64).optional().describe('Most of these runs at the same time; missing: 4'),
      maxWaiting: positiveInteger.max(10_000).optional().describe('Most that wait for their turn; missing: 100'),
    })
      .optional()
      .describe('How many of `runs` go on at a time'),
    runWindow: duration.optional().describe("How long a client's calls count as one run; missing: 24h"),
    approvals: object({
      channels: z
        .array(z.enum(['console', 'cli', 'webhook', 'mcp']))
        .optional()
        .describe(
          'How people are asked; missing: in the console, on the command line, and by the webhooks that are wired',
        ),
      webhooks: z
        .record(name, webhook)
        .optional()
        .describe('Who else is told of approvals, by name: their answers come by the console or the command line'),
      wait: duration.optional().describe('How long a held call waits before it answers pending; missing: 50s'),
    }).optional(),
  }).optional(),
  ledger: object({
    path: z.string().min(1).optional(),
    postgres: secretReference.optional().describe('URL of a PostgreSQL ledger'),
    retention: duration.optional().describe('After which time whole runs are removed'),
  }).optional(),
}
