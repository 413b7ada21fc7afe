import { isJsonObject, type Json, type JsonObject, type Outcome, readMemoryTarget } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { MemoryItem, MemoryPlace } from '../memory/memory.ts'
import { defaultLimit, memoryFault } from '../memory/tool-definitions.ts'
import type { Entered } from './enter.ts'
import type { GateOptions } from './gate.ts'
import { type Recordable, recordable } from './recordable.ts'

interface Remembered extends Pick<Outcome, 'status' | 'error'> {
  readonly result?: Recordable
}

/**
 * Reads or changes memory, exactly as it was decided: whose it is comes from the action, never from its arguments. Never throws. A
 * change is one transaction of the store: one that failed has not happened.
 */
export async function remember({ memory, redactor, declared }: GateOptions, { action }: Entered): Promise<Remembered> {
  const { store, scope, tool } = readMemoryTarget(action.target)
  const own = declared(action.executor)
  if (!scope || !tool || own?.scope !== scope) {
    const message = `executor \`${action.executor}\` has no memory \`${action.target}\``
    return { status: 'failed', error: { code: 'memory.unknown', message } }
  }
  const fault = memoryFault(tool, action.arguments)
  if (fault !== undefined) return { status: 'failed', error: { code: 'context.arguments-invalid', message: fault } }
  const args = isJsonObject(action.arguments) ? action.arguments : {}
  const { principal, context, id, at, run, executor } = action
  const place: MemoryPlace = { store, scope, owner: { user: principal, context: context.name, org: '' }[scope] }
  try {
    switch (tool) {
      case 'store': {
        const item = { id, at, text: textOf(args.text), tags: tagsOf(args.tags), run, executor, principal }
        memory.store(place, item, own)
        return done({ stored: id })
      }
      case 'delete': {
        const wanted = textOf(args.id)
        if (memory.delete(place, wanted)) return done({ deleted: wanted })
        const message = `there is no item \`${wanted.slice(0, 64)}\` in this memory`
        return { status: 'failed', error: { code: 'memory.unknown', message } }
      }
      case 'list':
      case 'search': {
        const limit = typeof args.limit === 'number' ? args.limit : defaultLimit
        const wanted = tool === 'search' ? { query: textOf(args.query) } : {}
        const tag = typeof args.tag === 'string' ? { tag: args.tag } : {}
        const { items, more } = memory.find(place, { limit, ...wanted, ...tag }, own)
        return done(redactor.json({ items: items.map(shown), more }))
      }
    }
  } catch (cause) {
    const code = cause instanceof HostError ? cause.code : 'memory.unavailable'
    const message = redactor.text((cause as Error).message).toWellFormed() // reason: nothing here throws anything but Errors
    return { status: 'failed', error: { code, message } }
  }
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const tagsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(textOf) : [])

/** As agents see it: the time in words of its own (RFC 3339). */
function shown({ id, at, text, tags }: MemoryItem): JsonObject {
  return { id, storedAt: new Date(at).toISOString(), text, ...(tags.length > 0 ? { tags: [...tags] } : {}) }
}

/** A result as tools have it (MCP `CallToolResult`): whoever calls a memory tool calls a tool. */
function done(value: JsonObject): Remembered {
  const result = { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
  return { status: 'completed', result: recordable(result) }
}
