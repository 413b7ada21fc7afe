import type { HostLayer } from '@ecp/policy'
import { createGuardedFetch, type GuardedFetch } from '../network/guarded-fetch.ts'
import { literalHosts, networkRules } from '../network/network-rules.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { agentClient } from './agent-client.ts'
import type { Agents } from './agents.ts'
import { askAgent, hostErrorIn, messageOf, withdrawTask } from './ask-agent.ts'
import { hasEndpoint, type WiredEndpoint, wiredEndpoint } from './wired-endpoint.ts'

export interface OpenAgentsOptions {
  readonly layers: readonly HostLayer[]
  readonly secrets: Pick<Secrets, 'bindingsFor' | 'check'>
}

/** The agents that the layers wire, spoken to over A2A through the guarded network. Opens nothing before one is asked. */
export function openAgents({ layers, secrets }: OpenAgentsOptions): Agents {
  const fetches = new Map<string, GuardedFetch>()
  const fetchOf = ({ name, url, layer }: WiredEndpoint): GuardedFetch => {
    const known = fetches.get(name)
    if (known) return known
    const literals = literalHosts(layers, layer, url)
    const guarded = createGuardedFetch({ kind: 'agent', name, rules: networkRules(layers), literals })
    fetches.set(name, guarded)
    return guarded
  }
  /** An agent that nothing but its card was asked for so far. `onStatus`: called with the status of each answer. */
  const reach = async (endpoint: string, signal: AbortSignal, onStatus: (status: number) => void) => {
    const wired = wiredEndpoint(layers, endpoint)
    const { headers } = await secrets.bindingsFor(endpoint, 'endpoint')
    signal.throwIfAborted()
    return agentClient({ ...wired, guarded: fetchOf(wired), headers, signal, onStatus })
  }
  return {
    has: (endpoint) => hasEndpoint(layers, endpoint),
    async check(endpoint) {
      wiredEndpoint(layers, endpoint)
      await secrets.check([endpoint], 'endpoint')
    },
    timeoutMs: (endpoint) => (hasEndpoint(layers, endpoint) ? wiredEndpoint(layers, endpoint).timeoutMs : undefined),
    async ask(endpoint, task, { signal }) {
      let status: number | undefined
      let reached: Awaited<ReturnType<typeof agentClient>>
      try {
        reached = await reach(endpoint, signal, (answered) => {
          status = answered
        })
      } catch (cause) {
        // So far nothing but its card was asked for.
        if (signal.aborted) return { kind: 'cancelled' }
        const own = hostErrorIn(cause)
        return { kind: 'refused', code: own?.code ?? 'agent.refused', why: messageOf(own ?? cause) }
      }
      status = undefined
      return askAgent({ ...reached, task, signal, status: () => status })
    },
    async withdraw(endpoint, task, { signal }) {
      try {
        const { client } = await reach(endpoint, signal, () => undefined)
        return await withdrawTask(client, task, signal)
      } catch (cause) {
        return messageOf(hostErrorIn(cause) ?? cause)
      }
    },
    async close() {
      await Promise.all([...fetches.values()].map((fetch) => fetch.close()))
    },
  }
}
