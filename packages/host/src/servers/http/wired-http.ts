import type { HostLayer } from '@ecp/policy'
import { wiredServer } from '../../config/wired.ts'
import { HostError } from '../../error.ts'
import type { BoundSecrets } from '../../secrets/secrets.ts'
import { defaultCallMs, defaultStartMs, licenceOf } from '../wired-servers.ts'
import type { HttpServer } from './http-server.ts'

/** The servers among these names that are reached over streamable HTTP or SSE, with their headers and secrets. */
export function httpServers(
  layers: readonly HostLayer[],
  names: readonly string[],
  { bindingsFor }: { bindingsFor(server: string): Promise<BoundSecrets> },
): ReadonlyMap<string, HttpServer> {
  const servers = new Map<string, HttpServer>()
  for (const name of names) {
    const { wiring } = wiredServer(layers, name) ?? {}
    const { transport } = wiring ?? {}
    if (transport?.type !== 'http' && transport?.type !== 'sse') continue
    servers.set(name, {
      name,
      kind: transport.type,
      url: transport.url,
      headers: async () => sendable(name, { ...transport.headers, ...(await bindingsFor(name)).headers }),
      startTimeoutMs: wiring?.startTimeoutMs ?? defaultStartMs,
      callTimeoutMs: wiring?.callTimeoutMs ?? defaultCallMs,
      tools: wiring?.tools ?? {},
      licence: licenceOf(layers, name),
    })
  }
  return servers
}

/** What HTTP cannot carry is refused here: what refuses it later would show the value. */
function sendable(server: string, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    // RFC 9110, 5.5: visible characters, spaces and tabs; nothing that ends the line.
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value) && value.trim() === value) continue
    const why = 'its value has a line break, a space at an end, or a character that no header can have'
    throw new HostError('server.start-failed', `header \`${name}\` cannot be sent to server \`${server}\`: ${why}`)
  }
  return headers
}
