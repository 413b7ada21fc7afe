import { HostError } from '@ecp/host'
import { within } from './face.ts'
import type { FaceOptions } from './face-options.ts'

/** How long a client's greeting waits for servers whose instructions are passed on. */
const instructionsWaitMs = 10_000

/** What the face says of itself (MCP, Implementation). */
export function implementation({ version }: FaceOptions) {
  return { name: 'ecp', version }
}

/**
 * What a client of this executor can use (MCP, ServerCapabilities), without asking any server. Tasks are always there: which
 * tools take them, each tool says itself (2025-11-25, tasks, Tool-Level Negotiation); 2026-07-28 does not have them.
 */
export function capabilitiesOf({ host, executor }: FaceOptions) {
  const { resources, prompts, logs } = host.prospects(executor)
  return {
    tools: { listChanged: true },
    tasks: { cancel: {}, requests: { tools: { call: {} } } },
    ...(resources ? { resources: { subscribe: true, listChanged: true } } : {}),
    ...(prompts ? { prompts: { listChanged: true } } : {}),
    ...(resources || prompts ? { completions: {} } : {}),
    ...(logs ? { logging: {} } : {}),
  }
}

/** What the servers say to the client's model, each under its name; nothing where the wiring passes nothing. */
export async function instructionsOf({ host, executor }: FaceOptions): Promise<{ readonly instructions?: string }> {
  if (!host.prospects(executor).instructions) return {}
  const abort = new AbortController()
  const parts: string[] = []
  const asked = host.about(executor, { signal: abort.signal }).then((facts) => {
    for (const [server, { instructions }] of facts) if (instructions) parts.push(`${server}:\n${instructions}`)
  })
  await within(instructionsWaitMs, asked)
  abort.abort()
  return parts.length > 0 ? { instructions: parts.join('\n\n') } : {}
}

/**
 * Throws `host.refused` when `plain` names are asked for and the executor reaches more than one server: before anything
 * starts, because which servers an executor reaches does not depend on what they say.
 */
export function refuseAmbiguousNames({
  host,
  executor,
  names,
}: Pick<FaceOptions, 'host' | 'executor' | 'names'>): void {
  const servers = host.reachableServers(executor)
  if (names === 'prefixed' || servers.length <= 1) return
  const reached = servers.map((server) => `\`${server}\``).join(', ')
  throw new HostError(
    'host.refused',
    `plain names need an executor that reaches one server; \`${executor}\` reaches ${reached}`,
  )
}
