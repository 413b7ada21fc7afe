import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { useServer } from './client.ts'

/** A client for the suite: the command that it starts for each scenario. */
export interface SuiteClient extends AsyncDisposable {
  readonly command: string
}

/** How many scenarios are worked on at once: the suite starts all of them together, and some look at the time. */
const atOnce = 4

/** The work is done in this process, so that the suite starts only something small for each scenario. */
export async function suiteClient(): Promise<SuiteClient> {
  let running = 0
  const waiting: (() => void)[] = []
  const turn = async (work: () => Promise<void>) => {
    if (running === atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
  const server = createServer((socket) => {
    socket.on('error', () => undefined) // the suite ends what takes too long for it
    createInterface({ input: socket }).once('line', (line) => {
      turn(() => useServer(JSON.parse(line))).then(
        () => socket.end(),
        (cause) => socket.end(String(cause)),
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // reason: it listens on an address
  const program = join(import.meta.dirname, 'forward.ts')
  return {
    command: [process.execPath, '--disable-warning=ExperimentalWarning', program, port].join(' '),
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
