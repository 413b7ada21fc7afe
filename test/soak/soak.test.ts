import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedAction } from '@ecp/ledger'
import { expect, test } from 'vitest'
import type { EcpFiles } from '../../bench/harness/ecp-files.ts'
import { type Gateway, openGateway } from '../../bench/http/gateway.ts'
import { each } from './each.ts'
import { soakFiles, tools } from './files.ts'
import { load } from './load.ts'
import { growth, type Sample } from './memory.ts'
import { recordedQuestions } from './recorded.ts'
import { SoakClient, type Told } from './soak-client.ts'

/** On a laptop fewer may do; CI takes all of them. */
const seconds = Number(process.env.ECP_SOAK_SECONDS ?? 120)
const count = 1_000
const rate = 200
const comings = 2
const sampleMs = 3_000
/** What is compiled, cached and kept up to its bound comes first. */
const warmUp = 0.25
/** A leak of 1 KB for each call would be 18 MB in the time that is looked at, sessions that stay 6 MB. */
const mostHeapGrowth = 5_000_000
/** What an event takes besides its text, while the server keeps it for a client that is cut off. */
const eventBytes = 500
/** Pages that the allocator keeps come and go by more than that. */
const mostRssGrowth = 0.15
/** What a thousand sessions that came and went may leave behind: a session that stays takes more than five times as much. */
const mostLeft = 3_000_000

const command = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ecp.js')

test(`${count} clients, ${rate} reads a second, ${seconds} s, servers that die: every answer is right or on record as a failure, nothing leaks`, {
  timeout: (seconds + 480) * 1_000,
}, async () => {
  const files = soakFiles()
  const gateway = await openGateway(command, files, { clients: count, isMeasured: true })
  try {
    const clients = Array.from(
      { length: count },
      (_, number) => new SoakClient(number, gateway.mcp, gateway.headers(number), number % 2 === 0),
    )
    const empty = await gateway.memory()
    await each(clients, (client) => client.connect())

    const sampling = sample(gateway)
    const { told, wrong, returned } = await load({ clients, tools, seconds, rate, comings })
    const samples = await sampling.end()
    const heard = clients.reduce((sum, { heard: { events, bytes } }) => sum + bytes + events * eventBytes, 0)
    const completed = told.filter(({ outcome }) => outcome === 'completed').length
    console.info(
      [
        `${told.length} calls in ${seconds} s, ${completed} completed; ${returned} clients came back`,
        `${mb(heard)} of events; empty: rss ${mb(empty.rss)}, heap ${mb(empty.heapUsed)}`,
        ...samples.map(({ at, rss, heapUsed }) => `${at.toFixed()} s: rss ${mb(rss)}, heap ${mb(heapUsed)}`),
      ].join('\n'),
    )

    expect(wrong).toEqual([])
    // A slow machine asks less, but it asks.
    expect(told.length).toBeGreaterThan(seconds * rate * 0.1)
    expect(completed).toBeGreaterThan(told.length / 2)
    const pids = new Set(told.flatMap((one) => ('pid' in one ? [one.pid] : [])))
    expect(pids.size, 'servers died').toBeGreaterThan(tools.length)

    const flat = samples.filter(({ at }) => at >= seconds * warmUp)
    expect(growth(flat, 'heapUsed')).toBeLessThan(mostHeapGrowth + heard)
    expect(growth(flat, 'rss')).toBeLessThan(mostRssGrowth * (flat[0]?.rss ?? 0) + heard)

    // Every stream ends with its session, and what was left is not found any more.
    expect(await each(clients, (client) => client.isKnown())).toEqual(clients.map(() => true))
    const left = await each(clients, (client) => client.leave())
    expect(new Set(left).size).toBe(count)
    expect(await each(clients, (client) => client.isKnown())).toEqual(clients.map(() => false))

    // What is left now is not of sessions: the same once more leaves no more.
    const before = await gateway.memory()
    await each(clients, (client) => client.connect())
    await each(clients, (client) => client.leave())
    const after = await gateway.memory()
    console.info(`nobody: heap ${mb(before.heapUsed)}; nobody again: heap ${mb(after.heapUsed)}`)
    expect(after.heapUsed - before.heapUsed).toBeLessThan(mostLeft)

    await gateway.close()
    expect([...pids].filter(isAlive)).toEqual([])

    const recorded = recordedQuestions(join(files.folder, 'ledger'))
    expect([...recorded.keys()].sort()).toEqual(told.map(({ question }) => question).sort())
    const differing = told.filter((one) => !isRecorded(one, recorded.get(one.question) ?? []))
    expect(differing).toEqual([])
    expect(verified(files)).toMatchObject({ decisions: told.length, faults: [] })
  } finally {
    await gateway.close()
    rmSync(files.folder, { recursive: true, force: true })
  }
})

const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`

/** Takes samples until it is ended; collecting the garbage of a large heap holds everybody up, so not too often. */
function sample(gateway: Gateway): { end(): Promise<readonly Sample[]> } {
  const started = performance.now()
  const samples: Sample[] = []
  let last = Promise.resolve()
  const take = async () => {
    const left = await gateway.memory()
    samples.push({ at: (performance.now() - started) / 1000, ...left })
  }
  const timer = setInterval(() => {
    last = last.then(take)
  }, sampleMs)
  return {
    async end() {
      clearInterval(timer)
      await last
      return samples
    },
  }
}

/** Whether the ledger says, exactly once, what the client was told. */
function isRecorded(told: Told, recorded: readonly RecordedAction[]): boolean {
  const [only, ...more] = recorded
  if (!only || more.length > 0) return false
  const { action, decision, outcome } = only
  if (!('actionId' in told)) return decision.effect === 'allow' && outcome?.status === 'completed'
  if (action.id !== told.actionId || decision.effect !== told.effect) return false
  return decision.effect === 'allow' ? outcome?.status === told.outcome : outcome === undefined
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** What `ecp trace verify` prints. */
function verified({ place, environment }: EcpFiles): unknown {
  const { stdout } = spawnSync(process.execPath, [command, 'trace', 'verify', '--json', ...place], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  return JSON.parse(stdout)
}
