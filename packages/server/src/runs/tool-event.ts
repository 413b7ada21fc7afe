/** What a server announces, and a Context waits for. */
export interface ToolEvent {
  /** As the Context has it: `files:resources/updated:file:///srv/inbox.md`. */
  readonly text: string
  readonly server: string
  /** As MCP names it. */
  readonly method: `notifications/${(typeof methods)[number]}`
  /** The resource that it is about. */
  readonly uri?: string
}

const methods = ['resources/list_changed', 'prompts/list_changed', 'resources/updated'] as const

export const toolEventForms =
  '`SERVER:resources/updated:URI`, `SERVER:resources/list_changed` or `SERVER:prompts/list_changed`'

/** The event that a text names; nothing for one that this version cannot wait for. */
export function toolEventOf(text: string): ToolEvent | undefined {
  const [, server, name, uri] = /^([a-z0-9][a-z0-9-]*):([a-z]+\/[a-z_]+)(?::(.+))?$/s.exec(text) ?? []
  const known = methods.find((one) => one === name)
  if (server === undefined || known === undefined) return undefined
  if ((known === 'resources/updated') !== (uri !== undefined)) return undefined
  return { text, server, method: `notifications/${known}`, ...(uri === undefined ? {} : { uri }) }
}
