import { openBrowser, openPage } from '../../packages/console/test/browser.ts'
import { filled } from '../approvals/filled.ts'
import type { InstalledEcp } from '../harness/installed.ts'
import { scroll, walk } from './inbox.ts'
import { openServing } from './serving.ts'

export interface RunFigure {
  /** Milliseconds from the start of loading; one number for each round, as in all that follow. */
  readonly timeline: readonly number[]
  readonly graph: readonly number[]
  readonly keyDelay: readonly number[]
  readonly keyShown: readonly number[]
  readonly dropped: readonly number[]
  readonly gap: readonly number[]
}

interface Options {
  readonly actions: number
  readonly rounds: number
}

/** Loads a run of so many actions as a timeline, walks it with a key and scrolls it with the wheel; and loads it as a graph. */
export async function measureRun(
  ecp: InstalledEcp,
  { actions, rounds }: Options,
  progress: (line: string) => void,
): Promise<RunFigure> {
  progress(`a run of ${actions} actions`)
  const { files } = await filled(actions)
  const serving = await openServing(ecp, files, 'held')
  const browser = await openBrowser()
  const figure = { timeline: [], graph: [], keyDelay: [], keyShown: [], dropped: [], gap: [] } satisfies RunFigure
  const kept: Record<keyof RunFigure, number[]> = figure
  try {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 900 } })
    await page.addInitScript(whenShown)
    await page.goto(serving.link())
    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click()
    const href = await page.getByRole('link', { name: /^bench/ }).getAttribute('href')
    const address = new URL(href ?? '', serving.url).href
    for (let round = 1; round <= rounds; round++) {
      progress(`run, round ${round}`)
      await page.goto(address)
      kept.timeline.push(await page.evaluate<number>('ecpShown'))
      const walked = await walk(page, '.timeline-row > button')
      kept.keyDelay.push(walked.delay)
      kept.keyShown.push(walked.shown)
      kept.dropped.push(walked.dropped)
      kept.gap.push(await scroll(page))
      await page.goto(`${address}?view=graph`)
      kept.graph.push(await page.evaluate<number>('ecpShown'))
    }
  } finally {
    await browser.close()
    await serving.close()
  }
  return figure
}

/** In the page: when calls were on the screen first, as rows or as nodes. */
const whenShown = `
  globalThis.ecpShown = new Promise((resolve) => {
    const look = () => requestAnimationFrame(document.querySelector('.timeline-row, .react-flow__node')
      ? () => setTimeout(() => resolve(performance.now()))
      : look)
    look()
  })
`
