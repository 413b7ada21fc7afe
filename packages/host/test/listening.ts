import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A real HTTP server on this machine, ended with the test. */
export interface Listening extends AsyncDisposable {
  readonly port: number
  /** With the address it listens on. */
  readonly url: string
  /** `METHOD path` of every request so far. */
  readonly seen: string[]
  readonly headers: NodeJS.Dict<string | string[]>[]
  /** Settles with the next such request, as written in {@link seen}. */
  saw(line: string): Promise<void>
  /** Connections that were made to it so far. */
  connections(): number
}

export function listening(answer: RequestListener, address = '127.0.0.1', port = 0): Promise<Listening> {
  return started(createServer(), 'http', answer, address, port)
}

/** The same with TLS, as `api.example.test` or `other.example.test` (fixtures/tls-cert.pem). */
export function listeningTls(answer: RequestListener): Promise<Listening> {
  return started(
    createTlsServer({ key: fixture('tls-key.pem'), cert: testCertificate() }),
    'https',
    answer,
    '127.0.0.1',
    0,
  )
}

export const testCertificate = (): string => fixture('tls-cert.pem')

const fixture = (file: string): string => readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8')

async function started(
  server: Server,
  scheme: 'http' | 'https',
  answer: RequestListener,
  address: string,
  port: number,
): Promise<Listening> {
  const seen: string[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const waiting: ((line: string) => void)[] = []
  let connections = 0
  server.on('connection', () => {
    connections++
  })
  server.on('request', (request, response) => {
    seen.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    answer(request, response)
    for (const wait of waiting) wait(`${request.method} ${request.url}`)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve))
  const { port: own } = server.address() as AddressInfo // reason: it listens on a port
  return {
    port: own,
    url: `${scheme}://${address}:${own}`,
    seen,
    headers,
    saw: (line) => new Promise((resolve) => waiting.push((seen) => seen === line && resolve())),
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
