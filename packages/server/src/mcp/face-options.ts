import type { Host } from '@ecp/host'
import type { NameStyle } from './exposure.ts'

/** Whom a face serves, and as what. */
export interface FaceOptions {
  readonly host: Host
  readonly executor: string
  readonly names: NameStyle
  /** Reported to the client in `serverInfo`. */
  readonly version: string
  /** The origin of the console, now; missing: what the config says of it, `Host.gatewayUrl`. */
  console?(): string | undefined
  /** Lines for the operator, never for the client. */
  log(line: string): void
}
