import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, overhang, test, violations } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'

let browser: Browser
let serving: ConsoleDesk
beforeAll(async () => {
  browser = await openBrowser()
  serving = await openConsoleDesk()
  const client = await serving.connect()
  await call(client, 'list_directory', { path: serving.desk.folder }).catch(() => undefined)
  const ask = (path: string) => call(client, 'write_file', { path, content: 'a\tb\u202e\n' }).catch(() => undefined)
  void ask('a.txt')
  void ask(`${'long'.repeat(100)}.txt`)
})
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]()
  await browser?.close()
})

const ways: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'a phone': { viewport: { width: 360, height: 740 }, hasTouch: true },
}
const pages = ['Grants', 'Runs', 'Permissions', 'Clients', 'Chain'] as const

test('axe looks', async () => {
  const { page } = await openPage(browser)
  await page.goto(serving.url)
  await page.evaluate('document.querySelector("main label").remove()')
  expect(await violations(page)).toEqual([expect.stringContaining('label')])
})

test.each(Object.entries(ways))('in %s every page passes axe and needs no sideways scrolling', async (_, options) => {
  const { page, faults } = await openPage(browser, { ...options, reducedMotion: 'reduce' })
  const found: string[] = []
  const look = async (name: string) => {
    const wide = await overhang(page)
    const broken = await violations(page)
    found.push(...broken.map((text) => `${name}: ${text}`), ...(wide > 0 ? [`${name}: ${wide} px too wide`] : []))
  }
  await page.goto(serving.url)
  await page.getByRole('heading', { name: 'Sign in to ECP' }).waitFor()
  await look('signed out')
  await page.goto(serving.link())
  await page.getByRole('link', { name: 'files:write_file' }).first().waitFor()
  await look('inbox')
  await page.getByRole('link', { name: 'files:write_file' }).first().click()
  await page.getByRole('heading', { name: 'Arguments' }).waitFor()
  await look('approval')
  for (const name of pages) {
    await page.getByRole('navigation').getByRole('link', { name }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    await look(name)
  }
  await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click()
  await page.locator('main a[href^="/runs/"]').first().click()
  await page.locator('h1').waitFor()
  await look('run')
  expect(found).toEqual([])
  expect(faults).toEqual([])
})

test('the keys are shown on ?, and can be switched off', async () => {
  const { page } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByRole('link', { name: 'files:write_file' }).first().waitFor()
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await keys.waitFor()
  expect(await violations(page)).toEqual([])
  await keys.getByLabel('Single keys do something').uncheck()
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'hidden' })
  await page.keyboard.press('j')
  expect(await page.evaluate('document.activeElement.dataset.approval ?? "none"')).toBe('none')
})

test('where the keyboard stands is seen', async () => {
  const { page } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByRole('link', { name: 'files:write_file' }).first().waitFor()
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content')
  await page.keyboard.press('j')
  const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
  expect(outline).toBe('solid')
})
