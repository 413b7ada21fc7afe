import { ServerError } from '../error.ts'

/** Where `ecp serve` listens. */
export interface ListenAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

/** Reads `127.0.0.1:7391`, `localhost:0` or `[::1]:7391`. Throws `server.address`. */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host !== undefined && port <= 65_535) return { host, port }
  throw new ServerError(
    'server.address',
    `\`${text.slice(0, 100)}\` is no address to listen on; write it as \`127.0.0.1:7391\` or \`[::1]:7391\``,
  )
}

/** Whether only programs of this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** As it stands in a URL. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
