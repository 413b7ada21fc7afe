import type { JsonObject } from '@ecp/protocol'
import { Client } from '@modelcontextprotocol/client'
import type { Gateway } from './gateway.ts'
import type { Talk } from './talk.ts'

/** Who connects. */
export interface Visitor {
  readonly client?: string
  readonly names?: 'plain' | 'prefixed'
  /** What it can be asked. */
  readonly capabilities?: JsonObject
}

/** A way to the MCP face: what holds for a client holds whatever it came over. */
export interface Front extends AsyncDisposable {
  /** Its documents and its ledger. */
  readonly gateway: Gateway
  /** A client of 2025-11-25 without an SDK, `initialize` done. */
  wire(executor: string, visitor?: Visitor): Promise<Talk>
  /** An SDK client. */
  connect(executor: string, visitor?: Visitor, client?: Client): Promise<Client>
}

export const testClient = (): Client => new Client({ name: 'test', version: '1.0.0' })
