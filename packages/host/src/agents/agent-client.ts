import type { Client } from '@a2a-js/sdk/client'
import { HostError } from '../error.ts'
import { totalLimit } from '../network/body.ts'
import type { GuardedFetch } from '../network/guarded-fetch.ts'

/** The most (bytes) that an agent may send in one answer, events and all. */
const maxAnswerBytes = 4_000_000

export interface AgentClientOptions {
  readonly name: string
  readonly url: string
  readonly guarded: GuardedFetch
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Called with the status of each answer. */
  onStatus(status: number): void
}

/**
 * The A2A SDK's client for the agent at a wired address: its card is read from `/.well-known/agent-card.json` there (RFC 8615), or
 * from the address itself where that ends in `.json`, and it is spoken to over JSON-RPC or HTTP+JSON, in version 1.0 or 0.3.
 *
 * INVARIANT: nothing goes to another origin than the one that the operator wrote down, whatever the card names.
 */
export async function agentClient(options: AgentClientOptions): Promise<{ client: Client; streams: boolean }> {
  const { name, url, guarded, headers, signal, onStatus } = options
  const { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory } = await import(
    '@a2a-js/sdk/client'
  )
  const { origin } = new URL(url)
  const limited = totalLimit(`agent \`${name}\``, maxAnswerBytes)
  const fetchImpl: typeof fetch = async (input, init) => {
    const target = input instanceof Request ? input.url : input
    if (new URL(target).origin !== origin) throw elsewhere(name, origin)
    const all = new Headers(init?.headers)
    for (const [key, value] of Object.entries(headers)) all.set(key, value)
    const asked = { ...init, headers: all, carriesCredentials: true, watch: limited }
    const answer = await guarded(target, init?.signal ? asked : { ...asked, signal })
    onStatus(answer.status)
    return answer
  }
  const legacyCompat = { enabled: true }
  const resolver = new DefaultAgentCardResolver({ fetchImpl, legacyCompat })
  const card = await resolver.resolve(url.endsWith('.json') ? url : origin, url.endsWith('.json') ? '' : undefined)
  const here = card.supportedInterfaces.filter((one) => URL.canParse(one.url) && new URL(one.url).origin === origin)
  if (here.length === 0) throw elsewhere(name, origin)
  const factory = new ClientFactory({
    transports: [
      new JsonRpcTransportFactory({ fetchImpl, legacyCompat }),
      new RestTransportFactory({ fetchImpl, legacyCompat }),
    ],
    clientConfig: { polling: true, acceptedOutputModes: ['application/json', 'text/plain'] },
  })
  const client = await factory.createFromAgentCard({ ...card, supportedInterfaces: here })
  return { client, streams: card.capabilities?.streaming === true }
}

function elsewhere(name: string, origin: string): HostError {
  return new HostError(
    'network.refused',
    `the card of agent \`${name}\` names no address at \`${origin}\`, where it is wired; wire the address that is meant`,
  )
}
