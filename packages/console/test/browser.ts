import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { test as everyTest } from 'vitest'

const names = ['chromium', 'chromium-browser', 'google-chrome']
const found = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((file) => existsSync(file))

/** A test that looks at the console in a real Chromium. Where there is none it fails in CI, and is skipped elsewhere. */
export const test = everyTest.skipIf(found === undefined && !process.env.CI)

/** One Chromium, for all tests of a file: start it in `beforeAll`. */
export async function openBrowser(): Promise<Browser> {
  if (found === undefined) throw new TypeError(`no Chromium: install it, so that one of ${names.join(', ')} is in PATH`)
  return chromium.launch({
    executablePath: found,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page of its own, with everything that happened in it which nobody asked for. */
export interface Watched {
  readonly page: Page
  /** Every address that was asked for, data and blobs too. */
  readonly requests: readonly string[]
  /** Dialogs, errors, whatever the content security policy refused, and what was said on the page's console. */
  readonly faults: readonly string[]
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const requests: string[] = []
  const faults: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  page.on('websocket', (socket) => requests.push(socket.url()))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // Chromium says that of every answer which is no success; who asked shows it.
    if (!message.text().startsWith('Failed to load resource')) faults.push(`${message.type()}: ${message.text()}`)
  })
  await context.exposeFunction('ecpTestFault', (fault: string) => faults.push(fault))
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => ecpTestFault('policy: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample))`,
  )
  return { page, requests, faults }
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** What axe finds against WCAG 2.2 A and AA on the page as it is now: the rule, and the first element. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(rules)} }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`,
  )
}

/** How many pixels the page is wider than its window: nobody should have to scroll it sideways. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(
    `Math.max(0, ...['html', 'body', 'main'].map((name) => document.querySelector(name))
      .map((element) => element.scrollWidth - element.clientWidth))`,
  )
}
