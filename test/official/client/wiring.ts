import type { JsonObject } from '@ecp/protocol'

/** What the suite tells a client of a scenario, beside the server's address. */
export interface Told {
  readonly scenario: string
  readonly url: string
  /** For a client that the scenario has registered, or wants to call something. */
  readonly context: JsonObject
}

/** The address of a document about ECP as a client, where an authorization server takes that in place of a registration. */
const clientMetadataUrl = 'https://conformance-test.local/client-metadata.json'

/** The host config and the Context with which the server of a scenario is reached, everything of it allowed. */
export function documents({ scenario, url, context }: Told): {
  readonly config: JsonObject
  readonly context: JsonObject
} {
  const registered = typeof context.client_id === 'string' && { clientId: context.client_id }
  const secret = typeof context.client_secret === 'string' && {
    clientSecret: { provider: 'process.env', key: 'CLIENT_SECRET' },
  }
  const described = scenario === 'auth/basic-cimd' && { clientMetadataUrl }
  const oauth = { ...registered, ...secret, ...described }
  return {
    config: {
      version: '0.5',
      tools: {
        servers: {
          suite: {
            transport: { type: 'http', url, ...(Object.keys(oauth).length > 0 ? { oauth } : {}) },
            passRoots: true,
          },
        },
      },
      security: {
        tools: { allowServers: ['suite'], allowSampling: ['suite'], allowElicitation: ['suite'] },
        ...(secret ? { secrets: { allowProviders: ['process.env'] } } : {}),
      },
    },
    context: {
      specVersion: 'ecp/v0.5-draft',
      kind: 'Context',
      metadata: { name: 'suite', version: '1.0.0' },
      orchestration: { entrypoint: 'suite', strategy: 'single' },
      executors: [
        {
          name: 'suite',
          type: 'agent',
          policies: {
            toolAccess: { default: 'deny', allow: ['suite:*'] },
            resourceAccess: { allow: ['suite:**'], prompts: ['suite:*'] },
          },
        },
      ],
    },
  }
}
