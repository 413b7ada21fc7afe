import { chmod, rm } from 'node:fs/promises'
import { isListening } from '@ecp/host'
import { createAdaptorServer } from '@hono/node-server'
import { ServerError } from '../error.ts'
import type { HttpLimits } from './limits.ts'
import { hostInUrl, type ListenAddress } from './listen-address.ts'

/** What listens for requests. */
export interface Listener {
  /** `http://127.0.0.1:7391`, or the path of a socket. */
  readonly place: string
  /** Takes no more connections, and ends those on which nothing is in flight. */
  stop(): void
  /** Ends all of them. */
  close(): Promise<void>
}

type Answer = (request: Request) => Promise<Response>
type NodeServer = Extract<ReturnType<typeof createAdaptorServer>, { readonly headersTimeout: number }>

/** Listens on a TCP address. Throws `server.not-listening`. */
export async function listenOn(address: ListenAddress, answer: Answer, limits: HttpLimits): Promise<Listener> {
  const server = open(answer, limits)
  const named = `${hostInUrl(address.host)}:${address.port}`
  await listening(server, { host: address.host, port: address.port }, named, '`--listen`')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : address.port
  return listenerOf(server, `http://${hostInUrl(address.host)}:${port}`)
}

/**
 * Listens on a socket of the file system, that only this user can connect to (mode 0600). What a process that died has left
 * there is removed. Throws `server.not-listening`.
 */
export async function listenOnSocket(path: string, answer: Answer, limits: HttpLimits): Promise<Listener> {
  const server = open(answer, limits)
  const instead = '`--trace-dir`, or do without with `--no-socket`'
  await listening(server, { path }, path, instead).catch(async (cause: unknown) => {
    if (await isListening(path)) throw cause
    await rm(path, { force: true })
    await listening(server, { path }, path, instead)
  })
  await chmod(path, 0o600)
  return listenerOf(server, path)
}

function open(answer: Answer, limits: HttpLimits): NodeServer {
  const server = createAdaptorServer({
    fetch: answer,
    serverOptions: {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    },
  }) as NodeServer // reason: no createServer is given, so it is a plain HTTP/1.1 server
  server.maxConnections = limits.maxConnections
  // What is wrong with a connection is for its client alone.
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    else socket.destroy()
  })
  return server
}

function listening(
  server: NodeServer,
  where: { readonly host?: string; readonly port?: number; readonly path?: string },
  named: string,
  instead: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = ({ code }: NodeJS.ErrnoException) => {
      const text = `cannot listen on \`${named}\` (${code}); ${advice(code, instead)}`
      reject(new ServerError('server.not-listening', text))
    }
    server.once('error', failed)
    server.listen(where, () => {
      server.off('error', failed)
      resolve()
    })
  })
}

function advice(code: string | undefined, instead: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `something listens there already: stop it, or name another place with ${instead}`
    case 'EACCES':
      return 'this user may not: take a port from 1024 on'
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address'
    default:
      return `name another place with ${instead}`
  }
}

function listenerOf(server: NodeServer, place: string): Listener {
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  const stop = () => {
    server.close()
    server.closeIdleConnections()
  }
  return {
    place,
    stop,
    async close() {
      stop()
      server.closeAllConnections()
      await closed
    },
  }
}
