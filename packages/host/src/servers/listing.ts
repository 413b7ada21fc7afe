import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Connection } from './connection.ts'
import type { Listing, RawTool } from './servers.ts'
import type { ServerLimits } from './stdio-server.ts'

/** What can be the tool part of `server:tool` (host.md). */
const toolName = /^[A-Za-z0-9_./-]{1,128}$/

interface ListingOptions {
  readonly server: string
  readonly limits: ServerLimits
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** All pages of tools/list in `timeoutMs`, as the server sent them. Names that no reference can hold go to `refuse`. */
export async function listTools(
  connection: Connection,
  options: ListingOptions & { refuse(names: readonly string[]): void },
): Promise<readonly RawTool[]> {
  if (connection.facts.capabilities.tools === undefined) return []
  const tools: RawTool[] = []
  const refused: string[] = []
  for (const tool of await pages(connection, 'tools/list', 'tools', options)) {
    if (typeof tool.name === 'string' && toolName.test(tool.name))
      tools.push(tool as RawTool) // reason: its name was just checked
    else refused.push(String(tool.name))
  }
  if (refused.length > 0) options.refuse(refused)
  return tools
}

const methods = {
  resources: ['resources/list', 'resources'],
  resourceTemplates: ['resources/templates/list', 'resources'],
  prompts: ['prompts/list', 'prompts'],
} as const satisfies Record<Listing, readonly [method: string, capability: string]>

/** All pages of a list in `timeoutMs`, as the server sent them; nothing of a server that does not have the feature. */
export async function listAll(
  connection: Connection,
  what: Listing,
  options: ListingOptions,
): Promise<readonly JsonObject[]> {
  const [method, capability] = methods[what]
  if (connection.facts.capabilities[capability] === undefined) return []
  try {
    return await pages(connection, method, what, options)
  } catch (cause) {
    // Of resources a server may have lists only, or templates only.
    if (cause instanceof HostError && cause.rpc?.code === -32_601) return []
    throw cause
  }
}

async function pages(
  connection: Connection,
  method: string,
  key: string,
  { server, limits, timeoutMs, signal }: ListingOptions,
): Promise<readonly JsonObject[]> {
  const until = performance.now() + timeoutMs
  const items: JsonObject[] = []
  let bytes = 0
  let cursor: string | undefined
  for (let count = 1; ; count++) {
    const result = await connection.request(
      { method, params: cursor === undefined ? {} : { cursor } },
      { timeoutMs: Math.max(1, Math.ceil(until - performance.now())), ...(signal ? { signal } : {}) },
    )
    const found = result[key]
    if (!Array.isArray(found) || !found.every(isJsonObject)) {
      throw new HostError('server.protocol', `server \`${server}\` answered \`${method}\` without a list of ${key}`)
    }
    items.push(...found)
    bytes += Buffer.byteLength(JSON.stringify(result))
    tooMuch(server, key, items.length, limits.maxTools)
    tooMuch(server, `bytes of ${key === 'tools' ? 'tool definitions' : key}`, bytes, limits.maxToolBytes)
    if (typeof result.nextCursor !== 'string') return items
    tooMuch(server, `pages of ${key}`, count + 1, limits.maxToolPages)
    cursor = result.nextCursor
  }
}

function tooMuch(server: string, what: string, count: number, most: number): void {
  if (count > most) throw new HostError('server.protocol', `server \`${server}\` lists more than ${most} ${what}`)
}
