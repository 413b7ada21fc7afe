import { expect, test } from 'vitest'
import { soon, TriggeredDesk } from './triggered.ts'

// What schedules start: real gateways on one ledger, with a clock that the test moves.
const nightly = { type: 'schedule', cron: '30 2 * * *', timezone: 'Europe/Zurich' }
const at = (time: string) => Date.parse(time)

test('starts once at its time, as the user of ecp serve, with what started it on record', async () => {
  await using on = new TriggeredDesk({ triggers: [nightly] })
  on.clock = at('2026-01-10T12:00:00Z')
  await on.open()
  await on.watched(1)
  on.clock = at('2026-01-11T01:30:00Z')
  await soon(() => on.dues()).toEqual(['2026-01-11T01:30:00.000Z completed'])
  const [run] = on.runs()
  expect(run).toMatchObject({
    actions: 1,
    start: {
      client: 'schedule:job',
      principal: 'ada',
      startedBy: { trigger: 'schedule', run: 'job', due: on.clock, schedule: '30 2 * * * Europe/Zurich' },
    },
  })
  expect(on.log.join('\n')).toContain(`run ${run?.run} (\`schedule:job\`): completed`)
})

test('when clocks go forward, a time that is skipped is due once, an hour that is there no more', async () => {
  await using on = new TriggeredDesk({ triggers: [nightly], ticker: true })
  on.clock = at('2026-03-28T12:00:00Z')
  await on.open()
  await on.watched(2)
  // 02:30 is not there: the clocks go from 02:00 to 03:00 at 01:00 UTC.
  for (const time of ['2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z']) {
    on.clock = at(time)
    await soon(() => on.dues('ticker')).toContain(`${time.replace('Z', '.000Z')} completed`)
    await soon(() => on.dues().every((due) => due.endsWith('completed'))).toBe(true)
  }
  expect(on.dues()).toEqual(['2026-03-29T01:00:00.000Z completed', '2026-03-30T00:30:00.000Z completed'])
})

test('when clocks go back, a time that comes twice is due the first time alone', async () => {
  await using on = new TriggeredDesk({ triggers: [nightly], ticker: true })
  on.clock = at('2026-10-24T12:00:00Z')
  await on.open()
  await on.watched(2)
  for (const time of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z']) {
    on.clock = at(time)
    await soon(() => on.dues('ticker')).toContain(`${time.replace('Z', '.000Z')} completed`)
    await soon(() => on.dues().every((due) => due.endsWith('completed'))).toBe(true)
  }
  expect(on.dues()).toEqual(['2026-10-25T00:30:00.000Z completed', '2026-10-26T01:30:00.000Z completed'])
})

test('two gateways on one ledger start it once', async () => {
  await using on = new TriggeredDesk({ triggers: [{ type: 'schedule', cron: '* * * * *' }] })
  on.clock = at('2026-01-10T12:00:30Z')
  await on.open()
  await on.watched(1)
  await on.open()
  const due: string[] = []
  for (const minute of ['01', '02', '03']) {
    on.clock = at(`2026-01-10T12:${minute}:00Z`)
    due.push(`2026-01-10T12:${minute}:00.000Z completed`)
    await soon(() => on.dues()).toEqual(due)
  }
  expect(on.heard('look')).toBe(3)
})

test('one that still goes on is not overlapped: what is skipped is on record, the first at once, the others together', async () => {
  await using on = new TriggeredDesk({
    triggers: [{ type: 'schedule', cron: '* * * * *' }],
    tool: 'wait',
    ticker: true,
  })
  on.clock = at('2026-01-10T12:00:30Z')
  const face = await on.open()
  await on.watched(2)
  for (const minute of ['01', '02', '03', '04']) {
    on.clock = at(`2026-01-10T12:${minute}:00Z`)
    await soon(() => on.dues('ticker')).toContain(`2026-01-10T12:${minute}:00.000Z completed`)
    expect(on.dues()).toEqual([
      '2026-01-10T12:01:00.000Z running',
      ...(minute === '01' ? [] : ['2026-01-10T12:02:00.000Z skipped']),
    ])
  }
  await on.close(face)
  expect(on.dues()).toEqual([
    '2026-01-10T12:01:00.000Z interrupted',
    '2026-01-10T12:02:00.000Z skipped',
    '2026-01-10T12:04:00.000Z skipped',
  ])
  expect(on.log.join('\n')).toMatch(
    /2 starts were skipped, from \S*12:03:00.000Z to \S*12:04:00.000Z: run \S+ of before/,
  )
})

test('it overlaps where the host says so', async () => {
  const triggers = [{ type: 'schedule', cron: '* * * * *' }]
  await using on = new TriggeredDesk({ triggers, tool: 'wait', run: { overlap: true } })
  on.clock = at('2026-01-10T12:00:30Z')
  await on.open()
  await on.watched(1)
  for (const [count, minute] of ['01', '02'].entries()) {
    on.clock = at(`2026-01-10T12:${minute}:00Z`)
    await soon(() => on.heard('wait')).toBe(count + 1)
  }
})

test('what was missed while no gateway ran is told once, by whichever comes first, and not made up for', async () => {
  await using on = new TriggeredDesk({ triggers: [{ type: 'schedule', cron: '0 * * * *' }] })
  on.clock = at('2026-01-10T12:30:00Z')
  const first = await on.open()
  await on.watched(1)
  on.clock = at('2026-01-10T13:00:00Z')
  await soon(() => on.dues()).toEqual(['2026-01-10T13:00:00.000Z completed'])
  await on.close(first)
  on.clock = at('2026-01-10T16:30:00Z')
  const before = on.log.length
  await on.open()
  await on.open()
  await soon(() => on.dues()).toEqual(['2026-01-10T13:00:00.000Z completed', '2026-01-10T16:00:00.000Z missed'])
  const told = on.log.slice(before).join('\n')
  expect(told).toContain(
    '3 starts were missed, from 2026-01-10T14:00:00.000Z to 2026-01-10T16:00:00.000Z: ecp serve was not running',
  )
  on.clock = at('2026-01-10T17:00:20Z')
  await soon(() => on.dues().at(-1)).toBe('2026-01-10T17:00:00.000Z completed')
  expect(on.runs()).toHaveLength(3)
})

test('a schedule that never ran is told as missed, too, from when it was first known', async () => {
  await using on = new TriggeredDesk({ triggers: [{ type: 'schedule', cron: '0 * * * *' }] })
  on.clock = at('2026-01-10T12:30:00Z')
  const first = await on.open()
  await on.watched(1)
  await on.close(first)
  on.clock = at('2026-01-10T14:10:00Z')
  await on.open()
  await soon(() => on.dues()).toEqual(['2026-01-10T14:00:00.000Z missed'])
})

test('on a ledger that is frozen nothing starts, and that is on record', async () => {
  await using on = new TriggeredDesk({ triggers: [{ type: 'schedule', cron: '* * * * *' }] })
  on.clock = at('2026-01-10T12:00:30Z')
  await on.open()
  await on.watched(1)
  expect(on.desk.ecp('freeze', '--config', 'host.json', '--trace-dir', 'ledger').status).toBe(0)
  on.clock = at('2026-01-10T12:01:00Z')
  await soon(() => on.dues()).toEqual(['2026-01-10T12:01:00.000Z skipped'])
  expect(on.log.join('\n')).toContain('everything is stopped by `ecp freeze`')
  expect(on.heard('look')).toBe(0)
})

test('a schedule that is changed in the Context holds from then on, without a restart', async () => {
  await using on = new TriggeredDesk({ triggers: [{ type: 'schedule', cron: '0 0 1 1 *' }] })
  on.clock = at('2026-01-10T12:00:30Z')
  await on.open()
  await on.watched(1)
  on.write({ triggers: [{ type: 'schedule', cron: '* * * * *' }] })
  await on.watched(2)
  expect(on.log.join('\n')).toContain('what the config says has changed')
  on.clock = at('2026-01-10T12:01:00Z')
  await soon(() => on.dues()).toEqual(['2026-01-10T12:01:00.000Z completed'])
})
