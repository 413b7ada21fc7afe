import type { SoakClient, Told } from './soak-client.ts'

export interface LoadOptions {
  readonly clients: readonly SoakClient[]
  readonly tools: readonly string[]
  readonly seconds: number
  /** Questions a second, of all clients together. */
  readonly rate: number
  /** Clients that leave and come back, a second. */
  readonly comings: number
}

export interface LoadResult {
  readonly told: readonly Told[]
  /** What went wrong: nothing of it may. */
  readonly wrong: readonly string[]
  readonly returned: number
}

const tickMs = 20
/** Questions that are open at most: what a slow machine does not keep up with is not asked. */
const mostOpen = 400

/** Asks at an even rate, whatever the answers do, one client after the other; settles when everything is answered. */
export async function load({ clients, tools, seconds, rate, comings }: LoadOptions): Promise<LoadResult> {
  const told: Told[] = []
  const wrong: string[] = []
  const open = new Set<Promise<void>>()
  const turns = { asked: 0, came: 0, next: 0 }

  const during = (work: Promise<void>) => {
    const done = work.catch(
      (cause: Error) => void wrong.push(`${cause.message} ${(cause.cause as Error)?.message ?? ''}`),
    ) // reason: printed only
    open.add(done)
    void done.finally(() => open.delete(done))
  }
  const nextClient = () => {
    for (let looked = 0; looked < clients.length; looked++) {
      const client = clients[turns.next++ % clients.length]
      if (client && !client.isAway) return client
    }
    return undefined
  }
  const ask = async (client: SoakClient, tool: string) => {
    told.push(await client.ask(tool))
  }
  const comeAgain = async (client: SoakClient) => {
    client.isAway = true
    await client.leave()
    await client.connect()
    client.isAway = false
  }

  const started = performance.now()
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = (performance.now() - started) / 1000
      if (elapsed >= seconds) {
        clearInterval(timer)
        resolve()
        return
      }
      for (; turns.asked < Math.floor(elapsed * rate); turns.asked++) {
        const client = open.size < mostOpen ? nextClient() : undefined
        if (client) during(ask(client, tools[turns.asked % tools.length] ?? ''))
      }
      for (; turns.came < Math.floor(elapsed * comings); turns.came++) {
        const client = clients[(turns.came * 37) % clients.length]
        if (client && client.open === 0 && !client.isAway) during(comeAgain(client))
      }
    }, tickMs)
  })
  while (open.size > 0) await Promise.all(open)
  return { told, wrong, returned: turns.came }
}
