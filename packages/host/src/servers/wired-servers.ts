import type { HostLayer } from '@ecp/policy'
import type { ServerWiring } from '@ecp/protocol'
import { serverFolder } from '../config/server-folder.ts'
import { wiredServer } from '../config/wired.ts'
import { childEnvironment } from '../secrets/child-environment.ts'
import type { BoundSecrets } from '../secrets/secrets.ts'
import type { ServerLicence, StdioServer } from './stdio-server.ts'

export const defaultStartMs = 30_000
export const defaultCallMs = 60_000

/** Milliseconds a call to this tool may take: what the tool's wiring says, else its server's, else one minute. */
export function callTimeoutMs(layers: readonly HostLayer[], server: string, tool: string): number {
  const wiring = wiredServer(layers, server)?.wiring
  const own = wiring?.tools && Object.hasOwn(wiring.tools, tool) ? wiring.tools[tool]?.timeoutMs : undefined
  return own ?? wiring?.callTimeoutMs ?? defaultCallMs
}

export interface StartOptions {
  readonly cwd: string
  readonly home: string
  /** The environment of the `ecp` process. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  bindingsFor(server: string): Promise<BoundSecrets>
}

/**
 * The stdio servers among these names, as they are to be started. Others are not connected to: the tools of an `external`
 * one are executed by another program, and what this version cannot do was refused before (config/unsupported.ts).
 */
export function stdioServers(
  layers: readonly HostLayer[],
  names: readonly string[],
  options: StartOptions,
): ReadonlyMap<string, StdioServer> {
  const servers = new Map<string, StdioServer>()
  for (const name of names) {
    const wired = wiredServer(layers, name)
    const { wiring } = wired ?? {}
    if (!wired || wiring?.transport.type !== 'stdio') continue
    const server = stdioServer(name, wiring, wiring.transport, serverFolder(wired.layer, wiring, options), options)
    servers.set(name, { ...server, licence: licenceOf(layers, name) })
  }
  return servers
}

/** As far as every layer that names `security.tools` lists it, and its wiring says so. */
export function licenceOf(layers: readonly HostLayer[], server: string): ServerLicence {
  const wiring = wiredServer(layers, server)?.wiring
  const naming = layers.flatMap(({ document }) => document.value.security?.tools ?? [])
  const listed = (list: 'allowSampling' | 'allowElicitation') =>
    naming.length > 0 && naming.every((tools) => tools[list]?.includes(server) === true)
  return {
    mayAsk: {
      sampling: listed('allowSampling'),
      elicitation: listed('allowElicitation'),
      roots: wiring?.passRoots === true,
    },
    passLogs: wiring?.passLogs === true,
  }
}

function stdioServer(
  name: string,
  wiring: ServerWiring,
  transport: ServerWiring['transport'] & { readonly type: 'stdio' },
  cwd: string,
  { env, platform, bindingsFor }: StartOptions,
): StdioServer {
  return {
    name,
    command: transport.command,
    args: transport.args ?? [],
    cwd,
    startTimeoutMs: wiring.startTimeoutMs ?? defaultStartMs,
    callTimeoutMs: wiring.callTimeoutMs ?? defaultCallMs,
    tools: wiring.tools ?? {},
    environment: async () => {
      const { env: secrets } = await bindingsFor(name)
      return childEnvironment({ base: env, server: name, wiring, secrets, platform })
    },
  }
}
