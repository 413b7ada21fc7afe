import { sha256 } from '@ecp/ledger'

/** What every provider takes as the name of a function. */
const accepted = /^[A-Za-z0-9_-]{1,64}$/
const hashLength = 8

/** Names of tools as a provider takes them, and back. */
export interface ToolNames {
  /** Of `server:tool`. */
  toProvider(tool: string): string
  /** `server:tool` of a name that the model wrote; undefined for one that it was not given. */
  fromProvider(name: string): string | undefined
}

/**
 * `server:tool` as `server__tool`; where that is too long, holds another character, or is another tool's, with a digest of the
 * whole name at its end: no two tools of a turn have one name, and a tool has the same in every turn.
 */
export function toolNames(tools: readonly string[]): ToolNames {
  const plain = new Map<string, number>()
  for (const tool of tools) plain.set(plainName(tool), (plain.get(plainName(tool)) ?? 0) + 1)
  const there = new Map<string, string>()
  const back = new Map<string, string>()
  for (const tool of tools) {
    const simple = plainName(tool)
    const name = accepted.test(simple) && plain.get(simple) === 1 ? simple : digestedName(tool)
    there.set(tool, name)
    back.set(name, tool)
  }
  return {
    toProvider: (tool) => there.get(tool) ?? digestedName(tool),
    fromProvider: (name) => back.get(name),
  }
}

const plainName = (tool: string): string => tool.replace(':', '__')

function digestedName(tool: string): string {
  const digest = sha256(tool).slice(0, hashLength)
  const readable = plainName(tool).replaceAll(/[^A-Za-z0-9_-]/g, '_')
  return `${readable.slice(0, 64 - hashLength - 1)}-${digest}`
}
