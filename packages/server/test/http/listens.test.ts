import { afterAll, beforeAll, expect, test } from 'vitest'
import { witness } from '../gateway.ts'
import { allow, Door } from './door.ts'
import { Raw } from './raw.ts'

// How many `subscriptions/listen` of 2026-07-28 one client may have open, and what it can write into the operator's log.
let now = 0
let door: Door
beforeAll(async () => {
  door = await Door.open((desk) => ({ servers: { witness: witness(desk) }, policies: { open: allow('witness:*') } }), {
    limits: { maxListens: 2 },
    now: () => now,
  })
}, 60_000)
afterAll(() => door[Symbol.asyncDispose]())

const listen = (id: number) => ({
  id,
  method: 'subscriptions/listen',
  params: { notifications: { toolsListChanged: true } },
})
const acknowledged = ({ method }: { readonly method?: string }) => method === 'notifications/subscriptions/acknowledged'

test('a client that listens as often as it may is refused once more, and can when it has stopped; others can all the time', async () => {
  const [ada, bob] = [new Raw(door, 'open', { client: 'ada' }), new Raw(door, 'open', { client: 'bob' })]
  const [first, second] = [await ada.begin2026(listen(1)), await ada.begin2026(listen(2))]
  await Promise.all([first.find(acknowledged), second.find(acknowledged)])

  const refused = await ada.post2026(listen(3))
  expect(refused.headers.get('content-type')).toContain('application/json')
  expect(await refused.json()).toMatchObject({ id: 3, error: { code: expect.any(Number) } })
  const other = await bob.begin2026(listen(1))
  await other.find(acknowledged)

  for (let id = 4; id < 54; id++) await (await ada.post2026(listen(id))).text()
  const lines = () => door.log.filter((line) => line.startsWith('ada: '))
  expect(lines()).toHaveLength(20)
  expect(lines()[0]).toContain('subscription limit reached (2)')
  now += 60_000
  await (await ada.post2026(listen(54))).text()
  expect(lines().slice(20)).toEqual(['ada: 31 more lines like these were left out', lines()[0]])
  expect(door.log.filter((line) => line.startsWith('bob: '))).toEqual([])

  await first.drop()
  await expect
    .poll(async () => {
      const again = await ada.begin2026(listen(55))
      const isOpen = again.response.headers.get('content-type') === 'text/event-stream'
      await again.drop()
      return isOpen
    })
    .toBe(true)
  await Promise.all([second.drop(), other.drop()])
})
