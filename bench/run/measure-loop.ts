// One round of one way, in a process of its own. Prints a `LoopRound`.
import { spread } from '../harness/statistics.ts'
import { openDirect } from './direct-loop.ts'
import { openEcp } from './ecp-loop.ts'
import type { LoopOptions, LoopRound } from './loop-round.ts'

// reason: the figure gives it
const { way, baseURL, shapes, times } = JSON.parse(process.argv[2] ?? '') as LoopOptions
const loop = way === 'direct' ? await openDirect(baseURL) : await openEcp(baseURL, shapes)
for (const shape of shapes) await loop.run(shape)
const took: number[] = []
for (const shape of shapes) {
  const all: number[] = []
  for (let time = 0; time < times; time++) {
    const started = performance.now()
    await loop.run(shape)
    all.push(performance.now() - started)
  }
  took.push(spread(all).median)
}
await loop.close()
console.log(JSON.stringify({ took } satisfies LoopRound))
