import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMachine } from '@ecp/host'
import { expect, test } from 'vitest'
import { RunQueue } from '../../src/runs/run-queue.ts'
import { RunStarter } from '../../src/runs/start-run.ts'
import { ToolEvents } from '../../src/runs/tool-events.ts'
import { wiredRuns } from '../../src/runs/wired-runs.ts'
import { soon, TriggeredDesk } from './triggered.ts'

// Several listeners on one ledger, as several gateways have them, each with a connection of its own to the server. What they start
// does not have its turn: otherwise it would be chance who hears before it begins.

/** One of them, that tells how often it has heard of the event. */
async function listener(on: TriggeredDesk) {
  const { home, folder } = on.desk
  const machine = await openMachine({
    ...{ cwd: folder, home, configFile: 'host.json', traceDir: 'ledger', version: '0.0.0' },
    env: { PATH: process.env.PATH },
  })
  let heard = 0
  const starting = new Set<Promise<unknown>>()
  const queue = new RunQueue(() => ({ maxRunning: 0, maxWaiting: 8 }))
  const common = { now: Date.now, log: (line: string) => void on.log.push(line) }
  const starter = new RunStarter({
    ...common,
    during: (work) => work(machine),
    queue,
    isWired: () => true,
    isStopping: () => false,
  })
  const events = new ToolEvents({
    ...common,
    start: (start) => {
      const started = starter.start(start)
      starting.add(started)
      return started
    },
    writeOff: (...one) => starter.writeOff(...one),
    isPending: () => {
      heard += 1
      return false
    },
  })
  await events.follow(machine, await wiredRuns(machine, 'ada'))
  return {
    /** Settles when it has heard so often, and what it does then is done. */
    async hasHeard(times: number) {
      await soon(() => heard).toBe(times)
      await Promise.all(starting)
    },
    async [Symbol.asyncDispose]() {
      events.stop()
      // What waits is left on record as interrupted, for who comes next.
      await queue.stop()
      await machine.close()
    },
  }
}

test('what all gateways on a ledger hear starts one run as long as that has not begun, and then another one', async () => {
  const event = 'news:prompts/list_changed'
  await using on = new TriggeredDesk({ triggers: [{ type: 'tool-event', event }], news: true })
  const started = () =>
    on.runs().flatMap(({ start: { startedBy }, status }) => (startedBy?.trigger === 'tool-event' ? [status] : []))
  const announce = () =>
    appendFileSync(
      join(on.desk.folder, 'news.jsonl'),
      `${JSON.stringify({ method: 'notifications/prompts/list_changed', params: {} })}\n`,
    )
  {
    await using first = await listener(on)
    await using second = await listener(on)
    await using third = await listener(on)
    for (const times of [1, 2]) {
      announce()
      for (const one of [first, second, third]) await one.hasHeard(times)
      expect(started()).toEqual(['running'])
    }
  }
  expect(started()).toEqual(['interrupted'])
  on.desk.write('news.jsonl', '')
  await using fourth = await listener(on)
  await using fifth = await listener(on)
  announce()
  for (const one of [fourth, fifth]) await one.hasHeard(1)
  expect(started()).toEqual(['running', 'interrupted'])
})
