import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, test } from './browser.ts'
import { type ConsoleDesk, openConsoleDesk } from './console-desk.ts'

let browser: Browser
let serving: ConsoleDesk
beforeAll(async () => {
  browser = await openBrowser()
  serving = await openConsoleDesk()
})
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]()
  await browser?.close()
})

test('neither the code nor the token is in an address, in the history, in a cookie or in a query', async () => {
  const { page, requests, faults } = await openPage(browser)
  const link = serving.link()
  const code = new URL(link).hash.slice('#code='.length)
  await page.goto(link)
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  const token: string = await page.evaluate('JSON.parse(sessionStorage.getItem("ecp.session")).token')
  expect(page.url()).toBe(`${serving.url}/`)
  await page.getByRole('link', { name: 'Chain' }).click()
  await page.goBack()
  const kept: string = await page.evaluate('document.cookie + document.referrer')
  const known = [page.url(), kept, ...requests]
  for (const secret of [code, token]) expect(known.filter((text) => text.includes(secret))).toEqual([])
  expect(await page.context().cookies()).toEqual([])
  expect(faults).toEqual([])
})

test('a link works once, and the page says what to do', async () => {
  const link = serving.link()
  const first = await openPage(browser)
  await first.page.goto(link)
  await first.page.getByRole('heading', { name: 'Inbox' }).waitFor()
  const second = await openPage(browser)
  await second.page.goto(link)
  await second.page.getByRole('alert').waitFor()
  await second.page.getByText('ecp console').first().waitFor()
  expect(second.page.url()).toBe(`${serving.url}/`)
})

test('who is signed out is asked to sign in wherever they are, and stays on that page', async () => {
  const { page } = await openPage(browser)
  await page.goto(`${serving.url}/clients`)
  await page.getByRole('heading', { name: 'Sign in to ECP' }).waitFor()
  await page.getByLabel('Or paste the link here').fill('http://localhost/')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('That is no link of').waitFor()
  await page.getByLabel('Or paste the link here').fill(serving.link())
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Clients' }).waitFor()
  expect(page.url()).toBe(`${serving.url}/clients`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to ECP' }).waitFor()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
})

test('a session is that of its tab alone', async () => {
  const { page } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  const other = await page.context().newPage()
  await other.goto(serving.url)
  await other.getByRole('heading', { name: 'Sign in to ECP' }).waitFor()
})

test('the policy of the page has nothing unsafe in it, and no other page may frame it', async () => {
  const { page } = await openPage(browser)
  const answer = await page.goto(serving.url)
  const headers = answer?.headers() ?? {}
  const policy = headers['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(policy).not.toMatch(/https?:|\*/)
})

test('the first load is below 300 kB compressed', async () => {
  const { page } = await openPage(browser)
  const sizes: Promise<number>[] = []
  page.on('requestfinished', (request) => {
    if (request.url().includes('/console/api/')) return
    sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
  })
  await page.goto(serving.link())
  await page.getByText('Nothing waits for you').waitFor()
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  expect(total).toBeGreaterThan(10_000)
  expect(total).toBeLessThan(300_000)
})
