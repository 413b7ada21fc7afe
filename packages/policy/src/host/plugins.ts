import type { PluginKind, PluginSecurity, Reason, SourceType } from '@ecp/protocol'
import type { Placed, Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/**
 * What `security.plugins` of the host's layers, and the Context's own plugins block, have against a plugin. A layer that
 * does not name the area leaves what ships with ecp alone and admits nothing else; one that does admits only the kinds and
 * source types it lists (a missing list holds none). What does not ship must stand in `allowIds` as well. MCP servers are
 * plugins of kind `tool`; how they are fetched is their wiring's business, so they have no source type.
 */
export function pluginReasons(policy: Policy, kind: PluginKind, id: string, isServer = false): Reason[] {
  const source: SourceType = policy.installs.get(id)?.wiring.source.type ?? 'builtin'
  const reasons: Reason[] = []
  const layers: Placed<PluginSecurity | undefined>[] = policy.host.map((host) => ({
    layer: host.layer,
    value: host.value.plugins,
    at: (...keys) => host.at('plugins', ...keys),
  }))
  if (policy.pluginSecurity.value !== null)
    layers.push({ ...policy.pluginSecurity, value: policy.pluginSecurity.value })
  let admitted = source === 'builtin'
  for (const { layer, value: security, at } of layers) {
    if (security === undefined) continue
    if (security.denyIds?.includes(id))
      reasons.push(reason('host.plugin-not-allowed', layer, `\`${id}\` is in \`plugins.denyIds\``, at('denyIds')))
    if (!security.allowKinds?.includes(kind))
      reasons.push(
        reason('host.plugin-kind-not-allowed', layer, `\`${kind}\` is not in \`plugins.allowKinds\``, at('allowKinds')),
      )
    if (isServer) continue
    if (!security.allowSourceTypes?.includes(source)) {
      const message = `\`${source}\`, where \`${id}\` comes from, is not in \`plugins.allowSourceTypes\``
      reasons.push(reason('host.plugin-source-not-allowed', layer, message, at('allowSourceTypes')))
    }
    if (source === 'builtin') continue
    if (!security.allowIds?.includes(id))
      reasons.push(reason('host.plugin-not-allowed', layer, `\`${id}\` is not in \`plugins.allowIds\``, at('allowIds')))
    else if (layer !== 'context') admitted = true
  }
  if (!isServer && !admitted && !reasons.some(({ code }) => code === 'host.plugin-not-allowed')) {
    const install = policy.installs.get(id)
    const message = `\`${id}\` does not ship with ecp, and no layer's \`security.plugins.allowIds\` names it`
    reasons.push(reason('host.plugin-not-allowed', install?.layer ?? 'machine', message, install?.at))
  }
  return reasons
}
