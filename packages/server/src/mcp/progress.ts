import type { JsonObject } from '@ecp/protocol'
import type { ServerContext } from '@modelcontextprotocol/server'
import type { Exchange } from './exchange.ts'

/** Reports progress of a request to its client, if that asked for it: as the server said it, under the client's own token. */
export function progressTo({ mcpReq }: ServerContext): Pick<Exchange, 'onProgress'> {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return {}
  return {
    onProgress: (progress: JsonObject) => {
      const params = { ...progress, progressToken } as never // reason: passes as it came, and the SDK's types name what they know
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined) // the client may be gone
    },
  }
}
