import type { Link } from '../link.ts'
import type { HttpServer } from './http-server.ts'
import { type HttpTransportOptions, openHttpTransport } from './http-transport.ts'

/** A way to a remote server, with connections of its own. Nothing is connected to before somebody speaks over it. */
export function openHttpLink(server: HttpServer, options: HttpTransportOptions): Link {
  const transport = openHttpTransport(server, options)
  let isOpen = true
  const ended = transport.ended.then(async (fault) => {
    isOpen = false
    await options.fetch.close()
    return fault
  })
  return {
    kind: 'network',
    transport,
    ended,
    isOpen: () => isOpen && !transport.fault,
    told: (error) => error,
    async close() {
      isOpen = false
      await transport.close()
      await ended
    },
  }
}
