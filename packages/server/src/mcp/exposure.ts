import type { OfferedTool } from '@ecp/host'
import type { nameStyles } from '@ecp/protocol'

/** `prefixed`: `server__tool`. `plain`: the tool's own name, for executors that reach one server. */
export type NameStyle = (typeof nameStyles)[number]

/** The longest name that MCP allows for a tool (2025-11-25, server/tools, Tool Names). */
const maxName = 128

/** What a client is shown. */
export interface Exposure {
  /** Tools by exposed name, sorted by it. */
  readonly tools: ReadonlyMap<string, OfferedTool>
  /** Targets whose name towards the client would be too long. */
  readonly hidden: readonly string[]
}

/**
 * Names each offered tool towards the client.
 *
 * INVARIANT: no two targets have one name. A server's name has no `_` (protocol, `serverName`), so that the first `__` of
 * a prefixed name ends it; plain names are those of one server, which lists each name once or has it left out.
 */
export function expose(offered: readonly OfferedTool[], style: NameStyle): Exposure {
  const named = offered.map((tool) => ({ tool, name: nameOf(tool.target, style) }))
  const shown = named.filter(({ name }) => name.length <= maxName).sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    tools: new Map(shown.map(({ name, tool }) => [name, tool])),
    hidden: named.filter(({ name }) => name.length > maxName).map(({ tool }) => tool.target),
  }
}

/** What `server:tool` or `server:prompt` is called towards the client. */
export function nameOf(target: string, style: NameStyle): string {
  const colon = target.indexOf(':')
  const tool = target.slice(colon + 1)
  return style === 'plain' ? tool : `${target.slice(0, colon)}__${tool}`
}

/**
 * The target that a name stands for, whether it is exposed or not: what is asked for is decided and recorded in any case.
 * `server` is the one that plain names are of.
 */
export function targetOf(name: string, style: NameStyle, server = ''): string {
  if (style === 'plain') return `${server}:${name}`
  const at = name.indexOf('__')
  return at < 0 ? `:${name}` : `${name.slice(0, at)}:${name.slice(at + 2)}`
}
