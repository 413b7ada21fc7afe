import type { Action, Enforcement, Reason } from '@ecp/protocol'
import { outermost, type Policy } from '../policy.ts'
import { reason } from '../reason.ts'
import { naming, notListed } from './areas.ts'
import { pluginReasons } from './plugins.ts'

/**
 * What the host has against any use of an MCP server: it must be wired; allowed by every layer that names
 * `security.tools` (a project's server by the outer layers' `allowProjectServers`, never by name); not refused as a plugin;
 * and bound only to secret providers that `security.secrets` allows.
 */
export function serverReasons(policy: Policy, server: string): Reason[] {
  const wired = policy.servers.get(server)
  if (wired === undefined)
    return [reason('host.server-not-wired', outermost(policy), `no layer wires a server \`${server}\``)]
  const named = naming(policy, 'tools')
  const outer = policy.host.filter((host) => host.layer !== 'project')
  const admission =
    wired.layer === 'project' && outer.length > 0
      ? [
          ...projectServer(policy, server),
          ...named
            .filter((host) => host.layer === 'project')
            .flatMap((host) => notListed(policy, 'tools', 'allowServers', server, 'host.server-not-allowed', [host])),
        ]
      : notListed(policy, 'tools', 'allowServers', server, 'host.server-not-allowed')
  const secrets = (wired.wiring.credentials?.bindings ?? []).flatMap((binding) =>
    secretReasons(policy, binding.source.provider, `server \`${server}\``),
  )
  return [...admission, ...pluginReasons(policy, 'tool', server, true), ...unique(secrets)]
}

/** Kinds of action whose target begins with the server that they are performed at. */
const atServers: readonly string[] = [
  'tool.call',
  'resource.read',
  'prompt.get',
  'completion.get',
] satisfies Action['kind'][]

/** What stands against ECP performing an action itself: that its server is another program, which only asks. */
export function performerReasons(
  policy: Policy,
  { kind, target }: Pick<Action, 'kind' | 'target'>,
  enforcement: Enforcement,
): Reason[] {
  if (enforcement === 'authorized' || !atServers.includes(kind)) return []
  const server = target.slice(0, Math.max(target.indexOf(':'), 0))
  if (!isExternal(policy, server)) return []
  const { layer, at } = policy.servers.get(server) ?? { layer: outermost(policy), at: undefined }
  const message = `\`${server}\` is external: another program executes what it has, and ECP cannot`
  return [reason('host.server-external', layer, message, at)]
}

/** Whether another program executes this server's tools. */
export function isExternal(policy: Pick<Policy, 'servers'>, server: string): boolean {
  return policy.servers.get(server)?.wiring.transport.type === 'external'
}

function projectServer(policy: Policy, server: string): Reason[] {
  const outer = naming(policy, 'tools').filter((host) => host.layer !== 'project')
  const what = `\`${server}\` is wired by the project, and`
  if (outer.length === 0) {
    const message = `${what} no outer layer's \`security.tools\` sets \`allowProjectServers\``
    return [reason('host.server-not-allowed', outermost(policy), message)]
  }
  return outer.flatMap((host) => {
    const admits = host.value.tools?.allowProjectServers
    if (admits === true) return []
    const why =
      admits === 'sandboxed'
        ? '`allowProjectServers: sandboxed` needs a sandbox, which this version does not have'
        : '`allowProjectServers` is not true'
    return [reason('host.server-not-allowed', host.layer, `${what} ${why}`, host.at('tools', 'allowProjectServers'))]
  })
}

/** What `security.secrets` has against a secret provider that something is bound to. */
export function secretReasons(policy: Policy, provider: string, by: string): Reason[] {
  return notListed(policy, 'secrets', 'allowProviders', provider, 'host.secret-provider-not-allowed').map((found) => ({
    ...found,
    message: `${found.message}; ${by} has a secret from it`,
  }))
}

/** What the ceilings of the host's layers have against one tool of a server. */
export function ceilingReasons(policy: Policy, target: string, pinned: boolean): Reason[] {
  const reasons: Reason[] = []
  for (const host of policy.host) {
    if (host.allow !== undefined && host.allow.find(target, pinned).length === 0) {
      const message = `\`${target}\` does not fit \`security.tools.allow\``
      reasons.push(reason('host.tool-denied', host.layer, message, host.at('tools', 'allow')))
    }
    for (const at of host.deny.find(target, true))
      reasons.push(reason('host.tool-denied', host.layer, `\`${target}\` fits \`security.tools.deny\``, at))
  }
  return reasons
}

function unique(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((found) => [`${found.layer} ${found.message}`, found])).values()]
}
