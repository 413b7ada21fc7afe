import { HostError, type PerformOptions } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import type { Server, ServerContext } from '@modelcontextprotocol/server'

/** Lets an answer through as it came (Standard Schema v1). */
const raw = {
  '~standard': { version: 1 as const, vendor: 'ecp', validate: (value: unknown) => ({ value }) },
}
/** What a client has to have declared to be asked (MCP 2025-11-25, client features). */
const needed: Readonly<Record<string, 'sampling' | 'elicitation' | 'roots'>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

/**
 * Asks the client of a 2025-11-25 connection what a server asks while it works on this request. Throws `client.cannot` for
 * what the client did not declare, and what the client answers as an error.
 */
export function askingClient(face: Server, ctx: ServerContext): NonNullable<PerformOptions['ask']> {
  return async ({ method, params }) => {
    const capability = needed[method]
    const declared = face.getClientCapabilities() ?? {}
    if (capability === undefined || declared[capability] === undefined) {
      throw new HostError('client.cannot', `the client did not declare that it can be asked for \`${method}\``)
    }
    try {
      const request = { method, params: { ...params } }
      const answer = await ctx.mcpReq.send(request, raw, { signal: ctx.mcpReq.signal, timeout: longestAnswerMs })
      return answer as JsonObject // reason: parsed from JSON, and MCP's results are objects
    } catch (cause) {
      const { code, message, data } = cause as { code?: unknown; message: string; data?: JsonObject } // reason: the SDK throws only Errors
      if (typeof code !== 'number') throw new HostError('client.cannot', message)
      throw new HostError('client.cannot', message, { code, message, ...(data === undefined ? {} : { data }) })
    }
  }
}

/** A person may think for so long (ms). */
const longestAnswerMs = 600_000
