import type { Json, JsonObject } from '@ecp/protocol'

export type HostErrorCode =
  | 'host.no-config'
  | 'host.not-trusted'
  | 'host.document-invalid'
  | 'host.layer-conflict'
  | 'host.refused'
  /** It cannot be answered any more; not so, or not by this person. */
  | 'approval.over'
  | 'approval.refused'
  /** A grant that is over; one that cannot be given so, or not by this person. */
  | 'grant.over'
  | 'grant.refused'
  /** It cannot be applied now, or not here. */
  | 'proposal.refused'
  | 'network.refused'
  | 'secret.missing'
  | 'secret.provider-not-allowed'
  | 'secret.insecure'
  | 'server.start-failed'
  | 'server.timeout'
  | 'server.exited'
  | 'server.protocol'
  | 'server.message-too-large'
  | 'server.cancelled'
  | 'server.error'
  | 'server.unsupported'
  | 'server.asked-in-vain'
  | 'memory.unavailable'
  | 'memory.full'
  | 'model.failed'
  | 'model.protocol'
  | 'model.not-recorded'
  | 'client.cannot'
  | 'action.refused'
  | 'action.unknown'
  | 'tools.ungovernable'

/** An error as JSON-RPC 2.0 has it (section 5.1). */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: Json
}

/** What the host throws. The text names what happened, to what, and what to do; it never holds a secret. */
export class HostError extends Error {
  readonly code: HostErrorCode
  /** What a server answered in place of a result, redacted; with `server.error` only. */
  readonly rpc?: RpcError
  /** With `action.refused` and `action.unknown`: what `told` says of the action, `{effect, outcome, codes, actionId}`. */
  readonly facts?: JsonObject
  constructor(
    code: HostErrorCode,
    message: string,
    more: { readonly rpc?: RpcError; readonly facts?: JsonObject } = {},
  ) {
    super(message)
    this.name = 'HostError'
    this.code = code
    if (more.rpc) this.rpc = more.rpc
    if (more.facts) this.facts = more.facts
  }

  /** The text alone: this is how the AI SDK puts an error before a model. */
  override toString(): string {
    return this.message
  }
}
