import type { Host } from '@ecp/host'
import type { OpenRequest } from '../open-requests.ts'
import type { Identity } from './identity.ts'

/** Who sends a request, after it was authenticated, and the boundary through which it acts. */
export interface Caller extends Pick<Identity, 'client' | 'principal' | 'executor' | 'names' | 'generation'> {
  readonly host: Host
}

/** What is known of a request in the routes behind authentication (Hono). */
export interface CallerEnv {
  readonly Variables: { readonly caller: Caller; readonly open: OpenRequest }
}
