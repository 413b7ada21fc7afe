import type { HostLayer } from '@ecp/policy'
import { authorizationFor, type WiredAuthorizationOptions } from '../oauth/wired-authorization.ts'
import { guardedFetchFor } from './http/guarded-fetch-for.ts'
import { httpServers } from './http/wired-http.ts'
import type { OpenServersOptions, WiredServer } from './open-servers.ts'
import { type StartOptions, stdioServers } from './wired-servers.ts'

/** The servers among these names that can be connected to, whatever their transport, and how remote ones are reached. */
export function wiredServers(
  layers: readonly HostLayer[],
  names: readonly string[],
  options: StartOptions & WiredAuthorizationOptions,
): Required<Pick<OpenServersOptions, 'servers' | 'fetchFor' | 'authorizationFor'>> {
  return {
    servers: new Map<string, WiredServer>([
      ...stdioServers(layers, names, options),
      ...httpServers(layers, names, options),
    ]),
    fetchFor: guardedFetchFor(layers),
    authorizationFor: authorizationFor(layers, options),
  }
}
