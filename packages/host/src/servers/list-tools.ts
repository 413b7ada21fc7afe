import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Connection } from './connection.ts'
import type { RawTool } from './servers.ts'
import type { ServerLimits } from './stdio-server.ts'

/** What can be the tool part of `server:tool` (host.md). */
const toolName = /^[A-Za-z0-9_./-]{1,128}$/

/** All pages of tools/list in `timeoutMs`, as the server sent them. Names that no reference can hold go to `refuse`. */
export async function listTools(
  connection: Connection,
  options: {
    readonly server: string
    readonly limits: ServerLimits
    readonly timeoutMs: number
    readonly signal?: AbortSignal
    refuse(names: readonly string[]): void
  },
): Promise<readonly RawTool[]> {
  if (!connection.hasTools) return []
  const { server, limits, signal } = options
  const until = performance.now() + options.timeoutMs
  const tools: RawTool[] = []
  const refused: string[] = []
  let bytes = 0
  let cursor: string | undefined
  for (let pages = 1; ; pages++) {
    const result = await connection.request('tools/list', cursor === undefined ? {} : { cursor }, {
      timeoutMs: Math.max(1, Math.ceil(until - performance.now())),
      ...(signal ? { signal } : {}),
    })
    for (const tool of page(server, result)) {
      if (typeof tool.name === 'string' && toolName.test(tool.name))
        tools.push(tool as RawTool) // reason: its name was just checked
      else refused.push(String(tool.name))
    }
    bytes += Buffer.byteLength(JSON.stringify(result))
    tooMuch(server, 'tools', tools.length + refused.length, limits.maxTools)
    tooMuch(server, 'bytes of tool definitions', bytes, limits.maxToolBytes)
    if (typeof result.nextCursor !== 'string') break
    tooMuch(server, 'pages of tools', pages + 1, limits.maxToolPages)
    cursor = result.nextCursor
  }
  if (refused.length > 0) options.refuse(refused)
  return tools
}

function page(server: string, { tools }: JsonObject): readonly JsonObject[] {
  if (Array.isArray(tools) && tools.every(isJsonObject)) return tools
  throw new HostError('server.protocol', `server \`${server}\` answered \`tools/list\` without a list of tools`)
}

function tooMuch(server: string, what: string, count: number, most: number): void {
  if (count > most) throw new HostError('server.protocol', `server \`${server}\` lists more than ${most} ${what}`)
}
