/** What ecp's own memory tools (`ecp:memory/store` and so on) do to a store, and which kind of action each of them is. */
export const memoryTools = {
  store: 'memory.write',
  list: 'memory.read',
  search: 'memory.read',
  delete: 'memory.write',
} as const
export type MemoryTool = keyof typeof memoryTools
export const allMemoryTools = Object.keys(memoryTools) as readonly MemoryTool[] // reason: the keys of this very object

export const memoryScopes = ['user', 'context', 'org'] as const
/** Whose memory it is: the principal's, that of all Contexts of one name, or that of everybody on this store. */
export type MemoryScope = (typeof memoryScopes)[number]

const server = 'ecp:memory/'

/** How a memory tool is called, `ecp:memory/store`. */
export const memoryToolName = (tool: MemoryTool): string => `${server}${tool}`

/** The memory tool that `ecp:memory/...` names. */
export function memoryToolOf(name: string): MemoryTool | undefined {
  return name.startsWith(server) ? known(name.slice(server.length)) : undefined
}

/** A memory action's target: `store/scope/tool`. No store's name holds a slash. */
export const memoryTarget = (store: string, scope: MemoryScope, tool: MemoryTool): string => `${store}/${scope}/${tool}`

/** The parts of a memory action's target; what is not there, or is nothing that is known, is missing. */
export function readMemoryTarget(target: string): {
  readonly store: string
  readonly scope?: MemoryScope
  readonly tool?: MemoryTool
} {
  const [store = '', scope, tool, ...more] = target.split('/')
  const [whose] = memoryScopes.filter((one) => one === scope)
  const does = more.length === 0 && tool !== undefined ? known(tool) : undefined
  return { store, ...(whose ? { scope: whose } : {}), ...(does ? { tool: does } : {}) }
}

function known(name: string): MemoryTool | undefined {
  return Object.hasOwn(memoryTools, name) ? (name as MemoryTool) : undefined // reason: it is a key of them
}
