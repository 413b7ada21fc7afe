import type { PluginKind, Reason } from '@ecp/protocol'
import { notListed } from '../host/areas.ts'
import { pluginReasons } from '../host/plugins.ts'
import { serverReasons } from '../host/servers.ts'
import { outermost, type Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/**
 * Loading a plugin, target its id. What kind it is is known from the host's installs, its wiring, or the Context's plugin
 * entries; `security.plugins` and the kind's own area must both let it in.
 */
export function pluginLoadReasons(policy: Policy, id: string): Reason[] {
  const kind = kindOf(policy, id)
  if (kind === undefined) {
    const message = `no install, wiring or plugin entry says what \`${id}\` is`
    return [reason('host.plugin-not-allowed', outermost(policy), message)]
  }
  const wanted = policy.data.plugins.entries.find((entry) => entry.name === id)
  const missing = wanted !== undefined && wanted.type !== 'builtin' && !policy.installs.has(id)
  const message = `\`${id}\` comes from ${wanted?.type}, and no layer installs it`
  const reasons =
    kind === 'tool' && policy.servers.has(id)
      ? serverReasons(policy, id)
      : [
          ...(missing ? [reason('host.plugin-not-allowed', outermost(policy), message)] : []),
          ...pluginReasons(policy, kind, id),
          ...ownArea(policy, kind, id),
        ]
  if (reasons.length > 0) return reasons
  const install = policy.installs.get(id)
  return [
    reason('host.plugin-allowed', install?.layer ?? outermost(policy), `\`${id}\` may load as ${kind}`, install?.at),
  ]
}

function kindOf(policy: Policy, id: string): PluginKind | undefined {
  const installed = policy.installs.get(id)?.wiring.pluginKind
  if (installed !== undefined) return installed
  if (policy.providers.has(id)) return 'provider'
  if (policy.servers.has(id)) return 'tool'
  for (const { wiring } of policy.data.host) {
    const has = (names: object | undefined) => names !== undefined && Object.hasOwn(names, id)
    if (has(wiring.value.executors?.instances)) return 'executor'
    if (has(wiring.value.memory?.stores)) return 'memory'
    if (has(wiring.value.loggers?.config)) return 'logger'
  }
  if (policy.executors.get(id)?.data.plugin) return 'executor'
  return policy.data.plugins.entries.find((entry) => entry.name === id)?.kind
}

function ownArea(policy: Policy, kind: PluginKind, id: string): Reason[] {
  switch (kind) {
    case 'provider':
      return notListed(policy, 'models', 'allowProviders', id, 'host.provider-not-allowed')
    case 'executor':
      return notListed(policy, 'executors', 'allowExecutors', id, 'host.executor-not-allowed')
    case 'logger':
      return notListed(policy, 'loggers', 'allowEnable', id, 'host.logger-not-allowed')
    case 'memory':
      return notListed(policy, 'memory', 'allowStores', id, 'host.store-not-allowed')
    case 'tool':
      return notListed(policy, 'tools', 'allowServers', id, 'host.server-not-allowed')
  }
}
