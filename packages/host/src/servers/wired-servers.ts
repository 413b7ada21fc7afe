import { dirname, resolve } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import type { ServerWiring } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { childEnvironment } from '../secrets/child-environment.ts'
import type { BoundSecrets } from '../secrets/secrets.ts'
import type { StdioServer } from './stdio-server.ts'

/** A server's wiring, and the file that says it. */
export interface WiredServer {
  readonly wiring: ServerWiring
  readonly file: string
}

const defaultStartMs = 30_000
const defaultCallMs = 60_000

/** The wiring of a server, from the outermost layer that has it. */
export function wiringOf(layers: readonly HostLayer[], name: string): WiredServer | undefined {
  for (const { document } of layers) {
    const servers = document.value.tools?.servers
    const wiring = servers && Object.hasOwn(servers, name) ? servers[name] : undefined
    if (wiring) return { wiring, file: document.file }
  }
  return undefined
}

/** Milliseconds a call to this tool may take: what the tool says, else its server, else one minute. */
export function callTimeoutMs(wiring: ServerWiring | undefined, tool: string): number {
  const own = wiring?.tools && Object.hasOwn(wiring.tools, tool) ? wiring.tools[tool]?.timeoutMs : undefined
  return own ?? wiring?.callTimeoutMs ?? defaultCallMs
}

/**
 * A stdio server as it is to be started: relative paths count from the folder of the config that wired it. Throws
 * `host.refused` for what this version cannot start as it was asked to (another transport, a sandbox).
 */
export function stdioServer(
  name: string,
  { wiring, file }: WiredServer,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly platform: NodeJS.Platform
    bindingsFor(server: string): Promise<BoundSecrets>
  },
): StdioServer {
  const { transport, sandbox } = wiring
  if (transport.type !== 'stdio') {
    throw new HostError(
      'host.refused',
      `server \`${name}\` is wired as \`${transport.type}\`, which a later version of ecp connects to; this one knows \`stdio\``,
    )
  }
  if (sandbox === 'required' || typeof sandbox === 'object') {
    throw new HostError(
      'host.refused',
      `server \`${name}\` asks for a sandbox, which this version of ecp does not have; it is not started without one`,
    )
  }
  return {
    name,
    command: transport.command,
    args: transport.args ?? [],
    cwd: resolve(dirname(file), transport.cwd ?? '.'),
    startTimeoutMs: wiring.startTimeoutMs ?? defaultStartMs,
    callTimeoutMs: wiring.callTimeoutMs ?? defaultCallMs,
    tools: wiring.tools ?? {},
    environment: async () => {
      const { env: secrets } = await options.bindingsFor(name)
      return childEnvironment({ base: options.env, server: name, wiring, secrets, platform: options.platform })
    },
  }
}
