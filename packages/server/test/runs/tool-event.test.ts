import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { soon, TriggeredDesk } from './triggered.ts'

// What servers announce and runs wait for: a real server behind a real gateway.
const uri = 'news://today'
const updated = { type: 'tool-event', event: `news:resources/updated:${uri}` }
const access = { resourceAccess: { allow: ['news:**'] } }

function announce(on: TriggeredDesk, method: string, params: object = {}): void {
  appendFileSync(
    join(on.desk.folder, 'news.jsonl'),
    `${JSON.stringify({ method: `notifications/${method}`, params })}\n`,
  )
}

/** How often the server heard of a method. */
function heard(on: TriggeredDesk, method: string): number {
  const file = join(on.desk.folder, 'news-heard.jsonl')
  return existsSync(file) ? readFileSync(file, 'utf8').split(method).length - 1 : 0
}

const started = (on: TriggeredDesk) =>
  on
    .runs()
    .flatMap(({ start: { startedBy }, status }) =>
      startedBy?.trigger === 'tool-event' ? [`${startedBy.event} ${status}`] : [],
    )

test('a resource that changes starts a run: its subscription is an action, and other resources start nothing', async () => {
  await using on = new TriggeredDesk({ triggers: [updated], policies: access, news: true })
  await on.open()
  await soon(() => heard(on, 'resources/subscribe')).toBe(1)
  expect(on.runs()).toMatchObject([
    { start: { client: 'tool-event:job', principal: 'ada' }, actions: 1, status: 'running' },
  ])
  announce(on, 'resources/updated', { uri: 'news://tomorrow' })
  announce(on, 'resources/list_changed')
  announce(on, 'resources/updated', { uri })
  await soon(() => started(on)).toEqual([`news:resources/updated:${uri} completed`])
})

test('a list that changes starts a run; what comes while one waits for its turn starts no other', async () => {
  const triggers = [{ type: 'tool-event', event: 'news:prompts/list_changed' }]
  await using on = new TriggeredDesk({ triggers, tool: 'wait', news: true, ticker: true })
  await on.open()
  await on.watched(1)
  await soon(() => heard(on, 'tools/list')).toBe(1)
  announce(on, 'prompts/list_changed')
  await soon(() => on.heard('wait')).toBe(1)
  announce(on, 'prompts/list_changed')
  await soon(() => started(on)).toHaveLength(2)
  announce(on, 'prompts/list_changed')
  announce(on, 'prompts/list_changed')
  await soon(() => heard(on, 'announced')).toBe(4)
  on.clock += 60_000
  await soon(() => on.dues('ticker').map((due) => due.split(' ')[1])).toEqual(['completed'])
  expect(started(on)).toHaveLength(2)
})

test('what the policies do not let it read is not subscribed to, and the log says so', async () => {
  await using on = new TriggeredDesk({ triggers: [updated], news: true })
  await on.open()
  await soon(() => on.log.join('\n')).toContain(
    `tool-event of run \`job\`: \`news:resources/updated:${uri}\` cannot be heard of: no executor of the Context may read there`,
  )
  expect(heard(on, 'resources/subscribe')).toBe(0)
})

test('what a server announces while everything is stopped starts nothing, and that is on record', async () => {
  await using on = new TriggeredDesk({ triggers: [updated], policies: access, news: true })
  await on.open()
  await soon(() => heard(on, 'resources/subscribe')).toBe(1)
  expect(on.desk.ecp('freeze', '--config', 'host.json', '--trace-dir', 'ledger').status).toBe(0)
  announce(on, 'resources/updated', { uri })
  await soon(() => started(on)).toEqual([`news:resources/updated:${uri} skipped`])
})
