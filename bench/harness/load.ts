// One round of one way, in a process of its own: a real MCP client that keeps calls in flight. Prints a `LoadRound`.
import { readFileSync } from 'node:fs'
import { Client } from '@modelcontextprotocol/client'
import { type Kind, kinds, type LoadCell, type LoadOptions, type LoadRound } from './load-round.ts'
import { quantile } from './statistics.ts'
import { transportTo } from './transport.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions // reason: from the figures
console.log(JSON.stringify(await round(options)))

async function round({ reach, prefix, inFlight: counts, milliseconds }: LoadOptions): Promise<LoadRound> {
  const { transport, pid: connected } = transportTo(reach)
  const client = new Client({ name: 'bench-client', version: '1.0.0' })
  await client.connect(transport)
  await client.listTools()
  let id = 0
  const call = async (kind: Kind) => {
    const number = id++
    const args = { id: `item-${number}`, amount: number % 500 }
    const result = await client.callTool({ name: `${prefix}${kind}_item`, arguments: args })
    if (result.isError) throw new Error(`\`${kind}_item\` was not performed: ${JSON.stringify(result.content)}`)
  }
  const pid = connected()
  // Until everything is compiled: a proxy lives for hours.
  const most = Math.max(...counts)
  for (const kind of kinds) await run({ pid, call, kind, inFlight: most, milliseconds: milliseconds * 1.5 })
  const cells: LoadCell[] = []
  for (const inFlight of counts) {
    for (const kind of kinds) {
      globalThis.gc?.()
      cells.push(await run({ pid, call, kind, inFlight, milliseconds }))
    }
  }
  const peakMemoryMb = peakMemory(pid)
  await client.close()
  return peakMemoryMb === undefined ? { cells } : { cells, peakMemoryMb }
}

interface Run {
  readonly pid: number | null
  readonly kind: Kind
  readonly inFlight: number
  readonly milliseconds: number
  call(kind: Kind): Promise<void>
}

async function run({ pid, call, kind, inFlight, milliseconds }: Run): Promise<LoadCell> {
  const samples: number[] = []
  const busyBefore = processorTime(pid)
  const started = performance.now()
  const worker = async () => {
    let before = performance.now()
    while (before - started < milliseconds) {
      await call(kind)
      const after = performance.now()
      samples.push(after - before)
      before = after
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  const seconds = (performance.now() - started) / 1000
  const busy = (processorTime(pid) - busyBefore) / samples.length
  const sorted = Float64Array.from(samples)
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  const cell = { kind, inFlight, calls: samples.length, p50, p99, perSecond: samples.length / seconds }
  return Number.isFinite(busy) ? { ...cell, busy } : cell
}

/** utime and stime of proc_pid_stat(5), all threads, in milliseconds; NaN where the system does not say. */
function processorTime(pid: number | null): number {
  if (process.platform !== 'linux' || pid === null) return Number.NaN
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticksPerSecond = 100
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000
}

/** VmHWM of proc_pid_status(5), in MB. */
function peakMemory(pid: number | null): number | undefined {
  if (process.platform !== 'linux' || pid === null) return undefined
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}
