import { HostError, type RpcError } from '@ecp/host'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'

/** The JSON-RPC error codes that the MCP face itself answers with, beside those of JSON-RPC. */
export const rpcCodes = {
  /** A resource that nobody has, or that this client may not read (MCP 2025-11-25, resources, Error Handling). */
  resourceNotFound: -32_002,
  /** Denied, held or proposed, and not because of its name: why stands in `data`, under `ecp/decision`. */
  notPermitted: -32_003,
} as const

export function methodNotFound(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found')
}

export function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}

/** A server's own error, on its way to the client as it came. */
export function passed({ code, message, data }: RpcError): ProtocolError {
  return new ProtocolError(code, message, data)
}

/** What a client is told of whatever went wrong here: what is not meant for it goes to `log`. */
export function rpcErrorOf(cause: unknown, log: (line: string) => void): ProtocolError {
  if (cause instanceof ProtocolError) return cause
  if (cause instanceof HostError) {
    return cause.rpc ? passed(cause.rpc) : new ProtocolError(ProtocolErrorCode.InternalError, cause.message)
  }
  log(`a request failed: ${cause instanceof Error ? cause.message : String(cause)}`)
  return new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error')
}
