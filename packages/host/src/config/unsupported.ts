import type { HostLayer } from '@ecp/policy'
import { type Diagnostic, diagnostic, type Path, place } from '@ecp/protocol'
import { refuseInvalid } from './load-config.ts'
import { wiredServer, wiringPaths } from './wired.ts'

/** What a Context would use of the wiring. */
export interface Needed {
  /** Servers that one of its executors can reach. */
  readonly servers: readonly string[]
  /** Ids of plugins that it asks for. */
  readonly plugins?: readonly string[]
}

/**
 * What of the wiring that is needed this version cannot do yet, with its place: to be refused before anything starts,
 * rather than done otherwise than it is written. What nobody needs may stand in the config.
 */
export function unsupported(layers: readonly HostLayer[], needed: Needed): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = ({ document }, path, what, instead) => {
    found.push(
      diagnostic(document, { code: 'unsupported', path, message: `${what} comes with a later version; ${instead}` }),
    )
  }
  for (const layer of layers) {
    if (layer.document.value.ledger?.postgres) {
      report(layer, ['ledger', 'postgres'], 'a ledger on PostgreSQL', 'leave `ledger.postgres` out to use a file')
    }
  }
  for (const layer of layers) reportChannels(layer, report)
  for (const server of new Set(needed.servers)) {
    const wired = wiredServer(layers, server)
    if (!wired) continue
    const { layer, wiring } = wired
    const at = [...wiringPaths.server, server]
    if (wiring.sandbox === 'required' || typeof wiring.sandbox === 'object') {
      report(
        layer,
        [...at, 'sandbox'],
        `a sandbox (server \`${server}\`)`,
        'say `preferred` or `off` to run it without one',
      )
    }
    const sandboxing = layer.layer === 'project' ? layers.find(onlySandboxed) : undefined
    if (sandboxing) {
      const rule = place(sandboxing.document.at(['security', 'tools', 'allowProjectServers']))
      const what = `a sandbox, which \`allowProjectServers: sandboxed\` (${rule}) asks for server \`${server}\`,`
      report(layer, at, what, 'say `true` there to run it without one')
    }
    const bindings = (wiring.credentials?.bindings ?? []).map(({ name, source }, i) => ({
      name,
      provider: source.provider,
      path: ['credentials', 'bindings', i, 'source', 'provider'],
    }))
    const client = 'oauth' in wiring.transport ? wiring.transport.oauth?.clientSecret : undefined
    const path = ['transport', 'oauth', 'clientSecret', 'provider']
    const secrets = [...bindings, ...(client ? [{ name: 'clientSecret', provider: client.provider, path }] : [])]
    for (const { name, provider, path } of secrets) {
      if (provider === 'process.env' || provider === 'dot.env') continue
      const what = `secret provider \`${provider}\` (\`${name}\` of server \`${server}\`)`
      report(layer, [...at, ...path], what, 'use `process.env` or `dot.env`')
    }
  }
  for (const id of new Set(needed.plugins)) {
    const layer = layers.find(({ document }) => Object.hasOwn(document.value.plugins?.installs ?? {}, id))
    if (layer && allowsPlugin(layers, id)) {
      report(layer, [...wiringPaths.install, id], `loading plugins (\`${id}\`)`, 'use what ships with ecp')
    }
  }
  return found
}

type Report = (layer: HostLayer, path: Path, what: string, instead: string) => void

/** Who lists channels gets all of them, and no others: what is left out would go on, what is not there would ask nobody. */
function reportChannels(layer: HostLayer, report: Report): void {
  const channels = layer.document.value.gateway?.approvals?.channels
  if (!channels) return
  const path = ['gateway', 'approvals', 'channels']
  const at = channels.indexOf('mcp')
  if (at >= 0) report(layer, [...path, at], 'asking the user of the connected client (`mcp`)', 'leave it out')
  for (const name of ['console', 'cli'] as const) {
    if (!channels.includes(name)) report(layer, path, `taking no answers from the \`${name}\``, 'list it')
  }
}

/** Throws `host.refused` for {@link unsupported} parts of the wiring, with every place. */
export function refuseUnsupported(layers: readonly HostLayer[], needed: Needed): void {
  refuseInvalid(unsupported(layers, needed), 'host.refused')
}

function onlySandboxed({ layer, document }: HostLayer): boolean {
  return layer !== 'project' && document.value.security?.tools?.allowProjectServers === 'sandboxed'
}

function allowsPlugin(layers: readonly HostLayer[], id: string): boolean {
  const naming = layers.filter(({ document }) => document.value.security?.plugins)
  return naming.length > 0 && naming.every(({ document }) => document.value.security?.plugins?.allowIds?.includes(id))
}
