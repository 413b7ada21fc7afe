import { HostError } from '../error.ts'

/** What was answered over a socket of the file system. */
export interface SocketAnswer {
  readonly status: number
  readonly body: string
}

const longest = 1_000_000
const waitMs = 10_000

/** Posts to a program that listens on a socket of the file system. Throws `host.refused` where nobody does, or answers. */
export async function askSocket(socketPath: string, path: string, body: unknown): Promise<SocketAnswer> {
  // Loaded where it is needed: an import of it loads all of Node's own HTTP client, WebSockets included.
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new HostError('host.refused', `nobody answers at \`${socketPath}\`: ${why}`))
    const text = JSON.stringify(body)
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), host: 'localhost' }
    const asking = request({ socketPath, path, method: 'POST', headers, timeout: waitMs }, (answer) => {
      let said = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        said += chunk
        if (said.length > longest) asking.destroy(new RangeError('the answer is too long'))
      })
      answer.on('error', ({ message }) => refuse(message))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: said }))
    })
    asking.on('timeout', () => asking.destroy(new RangeError('it took too long')))
    asking.on('error', (cause: NodeJS.ErrnoException) => refuse(cause.code ?? cause.message))
    asking.end(text)
  })
}
