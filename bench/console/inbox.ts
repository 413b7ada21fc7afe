import type { Page } from 'playwright-core'
import { openBrowser, openPage } from '../../packages/console/test/browser.ts'
import { filled } from '../approvals/filled.ts'
import type { InstalledEcp } from '../harness/installed.ts'
import { openServing } from './serving.ts'

export interface InboxFigure {
  /** Milliseconds from the start of loading; one number for each round, as in all that follow. */
  readonly shown: readonly number[]
  readonly whole: readonly number[]
  readonly keyDelay: readonly number[]
  readonly keyShown: readonly number[]
  readonly dropped: readonly number[]
  readonly gap: readonly number[]
}

interface Options {
  readonly pending: number
  readonly rounds: number
}

const keys = 200
const keyMs = 1_000 / 30

/** Loads an inbox with so many pending approvals, walks it with a key and scrolls it with the wheel. */
export async function measureInbox(
  ecp: InstalledEcp,
  { pending, rounds }: Options,
  progress: (line: string) => void,
): Promise<InboxFigure> {
  progress(`holding ${pending} calls`)
  const { files } = await filled(pending)
  const serving = await openServing(ecp, files, 'held')
  const browser = await openBrowser()
  const figure = { shown: [], whole: [], keyDelay: [], keyShown: [], dropped: [], gap: [] } satisfies InboxFigure
  const kept: Record<keyof InboxFigure, number[]> = figure
  try {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 900 } })
    await page.addInitScript(whenShown(pending))
    await page.goto(serving.link())
    await page.evaluate('ecpWhole')
    for (let round = 1; round <= rounds; round++) {
      progress(`inbox, round ${round}`)
      await page.goto(serving.url)
      kept.shown.push(await page.evaluate<number>('ecpShown'))
      kept.whole.push(await page.evaluate<number>('ecpWhole'))
      const walked = await walk(page, '[data-approval]')
      kept.keyDelay.push(walked.delay)
      kept.keyShown.push(walked.shown)
      kept.dropped.push(walked.dropped)
      kept.gap.push(await scroll(page))
    }
  } finally {
    await browser.close()
    await serving.close()
  }
  return figure
}

/** In the page: when rows were on the screen first, and when the list had all of them. */
const whenShown = (pending: number) => `
  const when = (holds) => new Promise((resolve) => {
    const look = () => (holds() ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))) : requestAnimationFrame(look))
    look()
  })
  globalThis.ecpShown = when(() => document.querySelector('[data-approval]'))
  globalThis.ecpWhole = when(() => document.querySelector('[aria-setsize="${pending}"]'))
`

/** Holds the arrow key down, from the first row on. */
export async function walk(page: Page, first: string): Promise<{ delay: number; shown: number; dropped: number }> {
  await page.evaluate(`
    globalThis.ecpKeys = []
    new PerformanceObserver((list) => ecpKeys.push(...list.getEntries().filter(({ name }) => name === 'keydown')))
      .observe({ type: 'event', durationThreshold: 16 })
    globalThis.ecpDelays = []
    addEventListener('keydown', (event) => ecpDelays.push(performance.now() - event.timeStamp), { capture: true })
    document.querySelector('${first}').focus()
  `)
  for (let key = 0; key < keys; key++) {
    const began = performance.now()
    await page.keyboard.press('ArrowDown')
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, keyMs - (performance.now() - began))))
  }
  return page.evaluate<{ delay: number; shown: number; dropped: number }>(`new Promise((resolve) => setTimeout(() => {
    const at = Number(document.activeElement.closest('[aria-posinset]')?.getAttribute('aria-posinset') ?? 1)
    const shown = ecpKeys.map(({ duration }) => duration).sort((a, b) => a - b)
    resolve({ delay: Math.max(...ecpDelays), shown: shown[shown.length >> 1] ?? 16, dropped: ${keys} + 1 - at })
  }, 500))`)
}

/** The longest time between two pictures while the wheel turns. */
export async function scroll(page: Page): Promise<number> {
  await page.evaluate(`
    globalThis.ecpGap = 0
    let last = performance.now()
    const picture = (now) => { ecpGap = Math.max(ecpGap, now - last); last = now; requestAnimationFrame(picture) }
    requestAnimationFrame(picture)
  `)
  await page.mouse.move(700, 500)
  for (let turn = 0; turn < 100; turn++) await page.mouse.wheel(0, 2_000)
  return page.evaluate<number>('ecpGap')
}
