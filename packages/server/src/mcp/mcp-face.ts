import { randomUUID } from 'node:crypto'
import { HostError, type ServerEvent } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import type { Transport } from '@modelcontextprotocol/server'
import { Face, within } from './face.ts'
import type { FaceOptions } from './face-options.ts'
import { FaceServer } from './face-server.ts'

export interface McpFaceOptions extends FaceOptions {
  readonly transport: Transport
}

/** How long a client's greeting waits for servers whose instructions are passed on. */
const instructionsWaitMs = 10_000

/**
 * Serves one executor of one Context to one MCP client (revision 2025-11-25): whatever it asks for that has an effect
 * becomes an action at the Gate. Settles when the client is gone and everything that was in flight is cancelled and
 * recorded. Throws `host.refused` when `plain` names are asked for and the executor reaches more than one server.
 */
export async function serveMcp(options: McpFaceOptions): Promise<void> {
  const { host, executor, transport } = options
  refuseAmbiguousNames(options)
  const instructions = await instructionsOf(options)
  const server = new FaceServer(
    { name: 'ecp', version: options.version },
    { capabilities: capabilitiesOf(options), ...(instructions === '' ? {} : { instructions }) },
  )
  const face = new Face(options, server, randomUUID())
  const inFlight = new Set<Promise<unknown>>()
  // One door for all methods, and a raw one: typed handlers drop the fields that they do not know.
  server.fallbackRequestHandler = async ({ method, params }, ctx) => {
    const work = face.answer(method, (params ?? {}) as JsonObject, ctx) // reason: parsed from JSON by the transport
    inFlight.add(work)
    return (await work.finally(() => inFlight.delete(work))) as never // reason: results pass as they came
  }
  if (host.prospects(executor).logs) {
    server.setRequestHandler(
      'logging/setLevel',
      async ({ method, params }, ctx) => face.answer(method, params as JsonObject, ctx), // reason: parsed from JSON
    )
  }

  const notify = (method: string, params?: JsonObject) => {
    const notification = { method, ...(params ? { params } : {}) } as never // reason: passes as it came
    void server.notification(notification).catch(() => undefined) // the client may be gone, which its own handler deals with
  }
  const stops = [
    host.onToolsChanged(() => notify('notifications/tools/list_changed')),
    host.onEvent(executor, face.session, ({ method, params }: ServerEvent) => notify(method, params)),
  ]
  server.onerror = (error) => options.log(`client: ${error.message}`)
  const gone = new Promise<void>((resolve) => {
    server.onclose = resolve
  })
  await server.connect(transport)
  await gone
  for (const stop of stops) stop()
  await Promise.allSettled(inFlight)
  await host.endSession(face.session)
}

function capabilitiesOf({ host, executor }: McpFaceOptions) {
  const { resources, prompts, logs } = host.prospects(executor)
  return {
    tools: { listChanged: true },
    ...(resources ? { resources: { subscribe: true, listChanged: true } } : {}),
    ...(prompts ? { prompts: { listChanged: true } } : {}),
    ...(resources || prompts ? { completions: {} } : {}),
    ...(logs ? { logging: {} } : {}),
  }
}

/** What the servers say to the client's model, each under its name; nothing where the wiring passes nothing. */
async function instructionsOf({ host, executor }: McpFaceOptions): Promise<string> {
  if (!host.prospects(executor).instructions) return ''
  const abort = new AbortController()
  const parts: string[] = []
  const asked = host.about(executor, { signal: abort.signal }).then((facts) => {
    for (const [server, { instructions }] of facts) if (instructions) parts.push(`${server}:\n${instructions}`)
  })
  await within(instructionsWaitMs, asked)
  abort.abort()
  return parts.join('\n\n')
}

/** Before anything starts: which servers an executor reaches does not depend on what they say. */
function refuseAmbiguousNames({ host, executor, names }: McpFaceOptions): void {
  const servers = host.reachableServers(executor)
  if (names === 'prefixed' || servers.length <= 1) return
  const reached = servers.map((server) => `\`${server}\``).join(', ')
  throw new HostError(
    'host.refused',
    `plain names need an executor that reaches one server; \`${executor}\` reaches ${reached}`,
  )
}
