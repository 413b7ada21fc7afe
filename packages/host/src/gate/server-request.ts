import { type Action, isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { ServerRequest } from '../servers/servers.ts'
import { splitTarget } from './target.ts'

/**
 * What a decided action asks of its server: exactly its target, arguments and `extra`, in the words of MCP
 * (2025-11-25 and 2026-07-28, server features). Throws `server.unsupported` for kinds that are not performed at a server.
 */
export function serverRequest(action: Action, traceContext: Readonly<Record<string, string>> = {}): ServerRequest {
  const { extra = {}, kind } = action
  const { tool: name } = splitTarget(action.target)
  const given = isJsonObject(action.arguments) ? action.arguments : {}
  const meta = { ...(isJsonObject(extra._meta) ? extra._meta : {}), ...traceContext }
  const rest: JsonObject = Object.keys(meta).length > 0 ? { ...extra, _meta: meta } : extra
  switch (kind) {
    case 'tool.call':
      return { method: 'tools/call', params: { ...rest, name, arguments: given } }
    case 'resource.read':
      return {
        method: given.subscribe === true ? 'resources/subscribe' : 'resources/read',
        params: { ...rest, uri: name },
      }
    case 'prompt.get':
      return { method: 'prompts/get', params: { ...rest, name, arguments: given } }
    case 'completion.get':
      return { method: 'completion/complete', params: { ...rest, ...completion(name, given) } }
    default:
      throw new HostError('server.unsupported', `\`${kind}\` is not performed at a server`)
  }
}

function completion(name: string, { ref, argument = {}, context }: JsonObject): { readonly [key: string]: Json } {
  return {
    ref: ref === 'resource' ? { type: 'ref/resource', uri: name } : { type: 'ref/prompt', name },
    argument,
    ...(context === undefined ? {} : { context }),
  }
}
