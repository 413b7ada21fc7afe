import { Server } from '@modelcontextprotocol/server'

type Handler = Parameters<Server['_wrapHandler']>[1]

/**
 * The SDK's low-level server without its typed second reading of tool results, which drops every field that the SDK does
 * not know: what a server behind the Gate answers reaches the client as it is.
 */
export class FaceServer extends Server {
  protected override _wrapHandler(_method: string, handler: Handler): Handler {
    return handler
  }
}
