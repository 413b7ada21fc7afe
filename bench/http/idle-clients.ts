import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Gateway } from './gateway.ts'

/** How many connect at the same time. */
const together = 20

/**
 * Connects the clients with these numbers, each with its own token: a session of revision 2025-11-25, and the stream on which
 * it listens. Gives how to take them away.
 */
export async function connectIdle({ mcp, headers }: Gateway, numbers: readonly number[]): Promise<() => Promise<void>> {
  const clients: Client[] = []
  for (let first = 0; first < numbers.length; first += together) {
    const connected = numbers.slice(first, first + together).map((number) => connect(mcp, headers(number)))
    clients.push(...(await Promise.all(connected)))
  }
  return async () => {
    await Promise.all(clients.map((client) => client.close()))
  }
}

async function connect(url: string, headers: Readonly<Record<string, string>>): Promise<Client> {
  const client = new Client({ name: 'bench-client', version: '1.0.0' })
  let listens: () => void
  const listening = new Promise<void>((resolve) => {
    listens = resolve
  })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    async fetch(input, init) {
      const response = await fetch(input, init)
      if (init?.method === 'GET' && response.ok) listens()
      return response
    },
  })
  await client.connect(transport)
  await listening
  return client
}
