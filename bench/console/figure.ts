import buildConsole from '../../packages/console/test/build-console.ts'
import type { Figure } from '../harness/figure.ts'
import { installEcp } from '../harness/installed.ts'
import { spread } from '../harness/statistics.ts'
import { measureInbox } from './inbox.ts'
import { measureRun } from './run.ts'

export const consoleFigure: Figure = {
  name: 'console',
  title: 'the console, in Chromium',
  async measure({ quick }, progress) {
    progress('building')
    await buildConsole()
    const ecp = installEcp()
    const pending = quick ? 1_000 : 10_000
    const inbox = await measureInbox(ecp, { pending, rounds: quick ? 1 : 5 }, progress)
    const actions = quick ? 500 : 5_000
    const run = await measureRun(ecp, { actions, rounds: quick ? 1 : 5 }, progress)
    const count = pending.toLocaleString('en')
    const runCount = actions.toLocaleString('en')
    return {
      tables: [
        {
          title: `an inbox of ${count} pending approvals, milliseconds`,
          columns: ['', 'time'],
          rows: [
            ['from the start of loading to its first rows on the screen', spread(inbox.shown)],
            ['to all of it in the list', spread(inbox.whole)],
            ['a key in the list: until it is looked at, the longest of 200', spread(inbox.keyDelay)],
            ['until the next row is on the screen, p50', spread(inbox.keyShown)],
            ['the wheel: the longest time without a picture', spread(inbox.gap)],
          ],
        },
        {
          title: `a run of ${runCount} actions, all of them held, milliseconds`,
          columns: ['', 'time'],
          rows: [
            ['from the start of loading to its first calls on the screen', spread(run.timeline)],
            ['the same, as a graph', spread(run.graph)],
            ['a key in the timeline: until it is looked at, the longest of 200', spread(run.keyDelay)],
            ['until the next call is on the screen, p50', spread(run.keyShown)],
            ['the wheel: the longest time without a picture', spread(run.gap)],
          ],
        },
      ],
      aims: [
        {
          text: `a run of ${runCount} actions is on the screen`,
          unit: 'ms',
          limit: 1_000,
          is: 'at most',
          measured: spread(run.timeline).median,
        },
        {
          text: 'keys that the timeline did not follow, of 200',
          unit: 'keys',
          limit: 0,
          is: 'at most',
          measured: spread(run.dropped).median,
        },
        {
          text: `an inbox of ${count} pending approvals is on the screen`,
          unit: 'ms',
          limit: 1_000,
          is: 'at most',
          measured: spread(inbox.shown).median,
        },
        {
          text: 'keys that the list did not follow, of 200',
          unit: 'keys',
          limit: 0,
          is: 'at most',
          measured: spread(inbox.dropped).median,
        },
      ],
      notes: [
        'ecp serve, the built page, Chromium and what drives it share the cores of the machine; drawing is done by the processor.',
        'The page is loaded anew each time, signed in, its files from the cache of the browser.',
        'Keys: a held arrow key, 30 a second; Event Timing says when it was looked at and when the next picture was there.',
      ],
    }
  },
}
