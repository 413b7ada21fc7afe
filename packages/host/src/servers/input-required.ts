import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { CallOptions } from './servers.ts'

/** How often one call may come back for more, and how much at once, before the server is taken for one that never ends. */
const maxRounds = 20
const maxRequests = 20

/**
 * MCP 2026-07-28, multi round-trip requests: as long as a result is `input_required`, asks for what it wants and sends the
 * call again with the answers and the server's own state. Throws `server.asked-in-vain` where nobody can be asked, what
 * `ask` throws, and `server.protocol` for a server without end.
 */
export async function fulfil(
  server: string,
  first: JsonObject,
  send: (more: JsonObject) => Promise<JsonObject>,
  ask: CallOptions['ask'],
): Promise<JsonObject> {
  let result = first
  for (let round = 0; result.resultType === 'input_required'; round++) {
    if (round === maxRounds) throw endless(server, `asked more than ${maxRounds} times`)
    const wanted = Object.entries(isJsonObject(result.inputRequests) ? result.inputRequests : {})
    if (wanted.length > maxRequests) throw endless(server, `asked for more than ${maxRequests} things at once`)
    if (wanted.length > 0 && !ask) {
      throw new HostError('server.asked-in-vain', `server \`${server}\` asked for input, and nobody can be asked here`)
    }
    // All at once, so that a client which answers by sending the call again can be asked for everything together.
    const responses = await Promise.all(
      wanted.map(async ([key, request]): Promise<[string, Json]> => {
        const { method, params } = isJsonObject(request) ? request : {}
        if (typeof method !== 'string' || !ask) throw endless(server, 'asked for something without a method')
        return [key, await ask({ method, params: isJsonObject(params) ? params : {}, key })]
      }),
    )
    result = await send({
      ...(responses.length > 0 ? { inputResponses: Object.fromEntries(responses) } : {}),
      ...(typeof result.requestState === 'string' ? { requestState: result.requestState } : {}),
    })
  }
  return result
}

function endless(server: string, why: string): HostError {
  return new HostError('server.protocol', `server \`${server}\` ${why} for one call`)
}
