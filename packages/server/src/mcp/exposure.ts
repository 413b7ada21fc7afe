import type { OfferedTool } from '@ecp/host'
import { memoryToolOf, type nameStyles } from '@ecp/protocol'

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
 * a prefixed name ends it; plain names are those of one server, which lists each name once or has it left out, and ecp's own
 * tools (`ecp:memory/...`) keep their prefix beside them: a tool of the server that is called so is left out.
 */
export function expose(offered: readonly OfferedTool[], style: NameStyle): Exposure {
  const own = new Set(offered.filter(({ target }) => isOwn(target)).map(({ target }) => nameOf(target, style)))
  const named = offered
    .map((tool) => ({ tool, name: nameOf(tool.target, style) }))
    .filter(({ tool, name }) => isOwn(tool.target) || !own.has(name))
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
  return style === 'plain' && !isOwn(target) ? tool : `${target.slice(0, colon)}__${tool}`
}

const isOwn = (target: string): boolean => memoryToolOf(target) !== undefined

/**
 * The target that a name stands for, whether it is exposed or not: what is asked for is decided and recorded in any case.
 * `server` is the one that plain names are of.
 */
export function targetOf(name: string, style: NameStyle, server = ''): string {
  const at = name.indexOf('__')
  const own = `${name.slice(0, Math.max(at, 0))}:${name.slice(at + 2)}`
  if (style === 'plain' && !isOwn(own)) return `${server}:${name}`
  return at < 0 ? `:${name}` : `${name.slice(0, at)}:${name.slice(at + 2)}`
}
