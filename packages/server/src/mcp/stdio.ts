import { randomUUID } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { Connection2025 } from './connection-2025.ts'
import { type Change, Connection2026 } from './connection-2026.ts'
import { Face } from './face.ts'
import type { FaceOptions } from './face-options.ts'
import { FaceServer } from './face-server.ts'
import { capabilitiesOf, implementation, instructionsOf, refuseAmbiguousNames } from './greeting.ts'
import { StdioWire } from './stdio-wire.ts'

/** The largest message a client may send. Arguments over 1 MB are denied; a message this large ends the connection. */
const maxMessageBytes = 16_000_000

export interface McpStdioOptions extends FaceOptions {
  readonly input: Readable
  readonly output: Writable
}

/**
 * Serves one executor of one Context to the MCP client on these streams, in the revision that it speaks (2025-11-25 or
 * older, 2026-07-28): whatever it asks for that has an effect becomes an action at the Gate. Settles when the client is
 * gone and everything that was in flight is cancelled and recorded. Lines that are not JSON-RPC are reported and passed
 * over. Throws `host.refused` when `plain` names are asked for and the executor reaches more than one server.
 */
export async function serveMcpStdio(options: McpStdioOptions): Promise<void> {
  refuseAmbiguousNames(options)
  const face = new Face(options)
  const report = reportOnce(options.log)
  let older: Connection2025 | undefined
  let modern: FaceServer | undefined
  const publish = ({ method, params }: Change) => {
    const sent = modern?.notification({ method, params } as never) // reason: passes as it came
    sent?.catch(() => undefined) // the client may be gone, which its own handler deals with
  }
  const connection = lazily(() => new Connection2026(face, publish))
  const greeting = lazily(() => instructionsOf(options))

  const transport = new StdioServerTransport(options.input, options.output, { maxBufferSize: maxMessageBytes })
  const wire = new StdioWire(transport, (message, signal) => connection.get().listen(message, signal))
  // A client that asks for the newer revision first and then takes the older one has a server of each, one after the other.
  const handle = serveStdio(
    async ({ era }) => {
      const instructions = await greeting.get()
      if (era === 'legacy') {
        older = new Connection2025(face, { sessionId: randomUUID(), ...instructions })
        older.server.onerror = report
        return older.server
      }
      modern = new FaceServer(implementation(options), { capabilities: capabilitiesOf(options), ...instructions })
      modern.fallbackRequestHandler = (request, ctx) => connection.get().answer(request, ctx)
      modern.onerror = report
      return modern
    },
    { transport: wire, onerror: report },
  )
  await wire.closed
  await handle.close()
  await Promise.all([older?.end(), connection.made?.close()])
}

/** The SDK says the same to the connection and to the server on it. */
function reportOnce(log: FaceOptions['log']): (error: Error) => void {
  const seen = new WeakSet<Error>()
  return (error) => {
    if (seen.has(error)) return
    seen.add(error)
    log(`client: ${error.message}`)
  }
}

function lazily<T>(make: () => T): { get(): T; readonly made: T | undefined } {
  let made: T | undefined
  return {
    get() {
      made ??= make()
      return made
    },
    get made() {
      return made
    },
  }
}
