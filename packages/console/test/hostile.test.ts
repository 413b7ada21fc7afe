import { join } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, test, type Watched } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'

// What an agent writes is shown to the person who decides about it: it must neither do anything there nor seem what it is not.
let browser: Browser
let serving: ConsoleDesk
let client: Client
beforeAll(async () => {
  browser = await openBrowser()
  serving = await openConsoleDesk()
  client = await serving.connect()
})
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]()
  await browser?.close()
})

/** Holds a write of this content, and opens the page of it. Returns how to end it again. */
async function held(content: string): Promise<Watched & { deny(): Promise<void> }> {
  const watched = await openPage(browser)
  const { page } = watched
  const result = call(client, 'write_file', { path: join(serving.desk.folder, 'x.txt'), content })
  result.catch(() => undefined)
  await page.goto(serving.link())
  await page.getByRole('link', { name: 'files:write_file' }).first().click()
  await page.getByRole('heading', { name: 'Arguments' }).waitFor()
  return {
    ...watched,
    async deny() {
      await page.getByRole('button', { name: 'Deny' }).click()
      expect((await result).isError).toBe(true)
    },
  }
}

const payloads = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<svg onload=alert(1)><style>@import "http://evil.example/a.css"</style>',
  '<iframe src="http://evil.example/"></iframe><link rel=stylesheet href=http://evil.example/b.css>',
  '<a href="javascript:alert(1)">press</a><form action=http://evil.example/><button>x</button></form>',
  '<base href="http://evil.example/"><meta http-equiv=refresh content="0;url=http://evil.example/">',
  '"><img srcset="http://evil.example/1.png 1x"><object data=http://evil.example/></object>',
  '{{constructor.constructor("alert(1)")()}} \']);alert(1)//',
]

test('HTML and scripts in arguments are text: nothing runs, nothing is asked for elsewhere', async () => {
  const { page, requests, faults, deny } = await held(payloads.join('\n'))
  const shown = page.getByRole('region', { name: 'Exact arguments' })
  for (const payload of payloads) expect(await shown.textContent()).toContain(JSON.stringify(payload).slice(1, -1))
  expect(
    await page.locator('main :is(img, svg, iframe, object, form[action], link, style, base, script)').count(),
  ).toBe(0)
  expect(await page.locator('main a[href*="javascript"], main a[href*="evil"]').count()).toBe(0)
  await deny()
  expect(faults).toEqual([])
  expect(requests.filter((url) => !url.startsWith(`${serving.url}/`))).toEqual([])
})

test('terminal escapes, bidirectional marks, zero-width characters and look-alikes are shown by their code points', async () => {
  const { page, deny } = await held('\u001b[2J\u202egpj.exe\u2066 p\u0430ypal.com ze\u200bro\u{e0041} \u0007')
  const marks = await page.getByRole('region', { name: 'Exact arguments' }).locator('mark').allTextContents()
  expect(marks).toEqual(['U+202E', 'U+2066', '\u0430U+0430', 'U+200B', 'U+E0041'])
  // JSON has its own way to write controls.
  const shown = await page.getByRole('region', { name: 'Exact arguments' }).textContent()
  expect(shown).toContain('\\u001b[2J')
  expect(shown).toContain('\\u0007')
  const difference = await page.getByRole('region', { name: 'Difference' }).locator('mark').allTextContents()
  expect(difference).toEqual(expect.arrayContaining(['U+001B', 'U+202E', 'U+0007']))
  await deny()
})

test('a megabyte is all there, and the page answers while it is scrolled', async () => {
  const lines = Array.from({ length: 36_000 }, (_, index) => `line ${index} ${'x'.repeat(15)}`)
  const { page, faults, deny } = await held(lines.join('\n'))
  const shown = page.getByRole('region', { name: 'Exact arguments' })
  await shown.waitFor()
  expect(await page.locator('main *').count()).toBeLessThan(2_000)
  await shown.focus()
  await page.keyboard.press('End')
  await expect.poll(() => shown.textContent()).toContain('line 35999 x')
  const difference = page.getByRole('region', { name: 'Difference' })
  await difference.focus()
  await page.keyboard.press('End')
  await expect.poll(() => difference.textContent()).toContain('line 35999 x')
  await deny()
  expect(faults).toEqual([])
})
