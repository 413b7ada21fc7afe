import { isLoopback, type ListenAddress } from './listen-address.ts'

/** Why a request is not looked at any further. */
export interface FrontRefusal {
  readonly status: 400 | 403 | 421
  readonly code: string
  readonly message: string
}

export interface FrontOptions {
  readonly listen: ListenAddress
  /** `gateway.hosts`: names besides that of the address itself. */
  readonly hosts: readonly string[]
  /** `gateway.origins`: web pages that may ask from a browser. */
  readonly origins: readonly string[]
}

/** What stands in front of every route: looks at headers and the query only. */
export type Front = (request: Request) => FrontRefusal | undefined

const tokenNames = ['access_token', 'token', 'authorization', 'api_key', 'apikey', 'bearer']

/**
 * Refuses what a web page can make a browser send here: a Host that is not ours (a name that was rebound to this address;
 * RFC 9110, 7.2), an Origin that is not allowed (RFC 6454), and credentials in the query, which end in logs and histories
 * (RFC 6750, 2.3).
 */
export function frontOf({ listen, hosts, origins }: FrontOptions): Front {
  const isOpen = !isLoopback(listen.host)
  const isEverywhere = listen.host === '0.0.0.0' || listen.host === '::'
  // No name server has a say in `localhost` either: browsers take it for this machine (RFC 6761, 6.3).
  const here = isOpen ? (isEverywhere ? ['localhost'] : []) : ['localhost', '127.0.0.1', '::1']
  const own = [...here, listen.host]
  const names = new Set([...own, ...hosts].map((name) => name.toLowerCase()))
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()))
  return (request) => {
    const host = request.headers.get('host') ?? ''
    const name = nameOf(host)
    // No name server has a say in what an address leads to.
    if (!names.has(name) && !(isOpen && isIP(name))) {
      const message = 'this server does not answer to the name in the `Host` header; name it in `gateway.hosts`'
      return { status: 421, code: 'http.host-not-allowed', message }
    }
    const origin = request.headers.get('origin')?.toLowerCase()
    const own = [`http://${host.toLowerCase()}`, `https://${host.toLowerCase()}`]
    if (origin !== undefined && !allowed.has(origin) && !own.includes(origin)) {
      const message = 'web pages of this `Origin` may not ask here; name it in `gateway.origins`'
      return { status: 403, code: 'http.origin-not-allowed', message }
    }
    const at = request.url.indexOf('?')
    if (at >= 0 && hasToken(request.url.slice(at))) {
      const message = 'a token has no place in an address: send it as `Authorization: Bearer`, and replace this one'
      return { status: 400, code: 'http.token-in-query', message }
    }
    return undefined
  }
}

/** For a socket of the file system, which no browser can reach: everything passes but tokens in the query. */
export const socketFront: Front = (request) => {
  const at = request.url.indexOf('?')
  if (at < 0 || !hasToken(request.url.slice(at))) return undefined
  return { status: 400, code: 'http.token-in-query', message: 'a token has no place in an address' }
}

function isIP(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)
}

function hasToken(query: string): boolean {
  const names = [...new URLSearchParams(query).keys()]
  return names.some((name) => tokenNames.includes(name.toLowerCase()))
}

/** Of `[::1]:7391`, `::1`; of `localhost:7391`, `localhost`. */
function nameOf(host: string): string {
  const name = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? /^([^:]*)(?::\d*)?$/.exec(host)?.[1] ?? ''
  return name.toLowerCase().replace(/\.$/, '')
}
