import type { OfferedTool } from '@ecp/host'
import type { ToolDefinition } from '@ecp/protocol'

/** `prefixed`: `server__tool`. `plain`: the tool's own name, for executors that reach one server. */
export type NameStyle = 'prefixed' | 'plain'

/** The longest name that MCP allows for a tool (2025-11-25, server/tools, Tool Names). */
const maxName = 128

/** Which name each offered tool has towards the client. */
export interface Exposure {
  /** By exposed name, sorted. */
  readonly tools: ReadonlyMap<string, { readonly target: string; readonly definition: ToolDefinition }>
  /** Targets that cannot be shown because two of them would have the same name, or the name is too long. */
  readonly hidden: readonly string[]
}

/** Names that collide are exposed for neither tool: a call must mean one thing. */
export function expose(offered: readonly OfferedTool[], style: NameStyle): Exposure {
  const byName = new Map<string, OfferedTool[]>()
  for (const tool of offered) {
    const name = exposedName(tool.target, style)
    byName.set(name, [...(byName.get(name) ?? []), tool])
  }
  const tools = new Map<string, OfferedTool>()
  const hidden: string[] = []
  for (const [name, same] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [only] = same
    if (only && same.length === 1 && name.length <= maxName) tools.set(name, only)
    else hidden.push(...same.map((tool) => tool.target))
  }
  return { tools, hidden }
}

function exposedName(target: string, style: NameStyle): string {
  const colon = target.indexOf(':')
  const tool = target.slice(colon + 1)
  return style === 'plain' ? tool : `${target.slice(0, colon)}__${tool}`
}

/** What a name that is not exposed would have meant, for the record of the attempt. */
export function attemptedTarget(name: string, style: NameStyle): string {
  const at = style === 'plain' ? -1 : name.indexOf('__')
  return at < 0 ? `:${name}` : `${name.slice(0, at)}:${name.slice(at + 2)}`
}
