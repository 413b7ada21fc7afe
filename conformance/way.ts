import type { Enforcement } from '@ecp/protocol'
import type { Caller } from './caller.ts'
import type { Case, Face } from './case.ts'
import type { Gateway, Seat } from './gateway.ts'

/** A way to call through a gateway. */
export interface Way<G extends Gateway> {
  readonly name: string
  /** Whose cases it runs. */
  readonly face: Exclude<Face, 'decide'>
  /** Who performs what is allowed: ECP, at the servers, or whoever asked. */
  readonly enforcement: Enforcement
  /** Calls as the seat's executor, for this case and those that follow it there. */
  connect(gateway: G, seat: Seat, one: Case): Promise<Caller>
}

/** A case that is to go a way. */
export interface Turn<G extends Gateway> {
  readonly way: Way<G>
  readonly one: Case
}
