export type HostErrorCode =
  | 'host.no-config'
  | 'host.not-trusted'
  | 'host.document-invalid'
  | 'host.layer-conflict'
  | 'host.refused'
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

/** What the host throws. The text names what happened, to what, and what to do; it never holds a secret. */
export class HostError extends Error {
  readonly code: HostErrorCode
  constructor(code: HostErrorCode, message: string) {
    super(message)
    this.name = 'HostError'
    this.code = code
  }
}
