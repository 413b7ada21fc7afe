import { type JSONRPCMessage, ProtocolError } from '@modelcontextprotocol/server'
import { rpcCodes } from './rpc-errors.ts'

/** No code that anybody uses: the SDK would say -32602 in the place of -32002, which 2025-11-25 has for resources. */
const standIn = -3_200_200_002

/** An error whose code {@link onWire} makes what it was. */
export function keptCode(error: ProtocolError): ProtocolError {
  if (error.code !== rpcCodes.resourceNotFound) return error
  return new ProtocolError(standIn, error.message, error.data)
}

/** A message as it goes to a client of 2025-11-25. */
export function onWire(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message) || message.error.code !== standIn) return message
  return { ...message, error: { ...message.error, code: rpcCodes.resourceNotFound } }
}
