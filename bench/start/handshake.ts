// How long a command needs from its start to its answer to `initialize`, and to the tools it lists. Prints a `Handshake`.
import { Client } from '@modelcontextprotocol/client'
import type { Reach } from '../harness/load-round.ts'
import { transportTo } from '../harness/transport.ts'

export interface HandshakeOptions {
  readonly reach: Reach
}

/** Milliseconds. */
export interface Handshake {
  readonly initialized: number
  readonly listed: number
}

const { reach } = JSON.parse(process.argv[2] ?? '{}') as HandshakeOptions // reason: from figure.ts
const client = new Client({ name: 'bench-client', version: '1.0.0' })
const { transport } = transportTo(reach)
const started = performance.now()
await client.connect(transport)
const initialized = performance.now() - started
const { tools } = await client.listTools()
const listed = performance.now() - started
if (tools.length === 0) throw new Error('no tools are listed')
console.log(JSON.stringify({ initialized, listed } satisfies Handshake))
await client.close()
