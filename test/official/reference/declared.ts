import { CLIENT_CAPABILITIES_META_KEY, type ClientCapabilities, type ServerContext } from '@modelcontextprotocol/server'

/** What the client of a request of revision 2026-07-28 says it can do; nothing in 2025-11-25. */
export function declared({ mcpReq }: ServerContext): ClientCapabilities {
  const envelope = mcpReq.envelope as Readonly<Record<string, ClientCapabilities>> | undefined // reason: typed `{}` there
  return envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {}
}
