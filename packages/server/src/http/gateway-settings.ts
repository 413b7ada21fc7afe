import type { Machine } from '@ecp/host'
import type { HostConfig } from '@ecp/protocol'
import { type ListenAddress, parseListenAddress } from './listen-address.ts'

/** What the config says of the listening side. */
export interface GatewaySettings {
  readonly listen: ListenAddress
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
  /** How clients reach it, where that is not the address: its origin. */
  readonly url?: string
}

const defaultListen = '127.0.0.1:7391'

/** Of the one layer that has a `gateway`, or what holds where there is none. */
export function gatewaySettings({ config }: Pick<Machine, 'config'>): GatewaySettings {
  const wired = config.layers.find(({ document }) => document.value.gateway)
  const {
    listen = defaultListen,
    hosts = [],
    origins = [],
    url,
  }: NonNullable<HostConfig['gateway']> = wired?.document.value.gateway ?? {}
  const settings = { listen: parseListenAddress(listen), origins }
  if (url === undefined) return { ...settings, hosts }
  const { hostname, origin } = new URL(url)
  return { ...settings, hosts: [...hosts, hostname], url: origin }
}
