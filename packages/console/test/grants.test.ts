import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, test, violations } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'

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

test('a grant is shown as the sentence that was signed, with what it has let happen, and is revoked', async () => {
  const client = await serving.connect()
  const { page, faults } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByText('Nothing waits for you').waitFor()
  const write = (name: string) => call(client, 'write_file', { path: join(serving.desk.folder, name), content: name })
  const first = write('a.txt')
  const row = page.getByRole('link', { name: 'files:write_file' })
  await row.waitFor()
  const id = (await row.getAttribute('data-approval')) ?? ''
  const terms = ['--where', 'args.content != "\u202e"', '--times', '3', '--for', '2h', '--yes']
  const added = serving.desk.ecp('grants', 'add', id, ...terms, ...serving.flags)
  expect(added.status, added.stderr).toBe(0)
  expect((await first).isError).toBeFalsy()

  await page.getByRole('navigation').getByRole('link', { name: 'Grants' }).click()
  await page.getByRole('heading', { name: 'Grants', level: 1 }).waitFor()
  const shown = page.getByRole('table', { name: 'Grants' })
  await shown.getByText('1 of 3', { exact: true }).waitFor()
  const said = await shown.textContent()
  expect(said).toContain('`files:write_file` may be called by executor `assistant`')
  expect(said).toContain('at most 3 times')
  expect(said).not.toContain('\u202e')
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Revoke grant' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Nothing is granted').waitFor()
  const second = write('b.txt')
  await page.getByRole('navigation').getByRole('link', { name: 'Inbox' }).click()
  await page.getByRole('link', { name: 'files:write_file' }).waitFor()
  serving.desk.ecp('approvals', 'deny', (await row.getAttribute('data-approval')) ?? '', ...serving.flags)
  expect((await second).isError).toBe(true)
  expect(faults).toEqual([])
})

test('calls like a held one are granted in its place, exactly as the sentence says that was shown', async () => {
  const client = await serving.connect()
  const { page, faults } = await openPage(browser)
  await page.goto(serving.link())
  const path = join(serving.desk.folder, 'like.txt')
  const first = call(client, 'write_file', { path, content: 'one' })
  await page.getByRole('link', { name: 'files:write_file' }).click()
  await page.getByRole('link', { name: 'Grant calls like this instead' }).click()
  await page.getByRole('heading', { name: 'Grant files:write_file' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('checkbox', { name: 'content is' }).uncheck()
  expect(await page.getByLabel('Condition').inputValue()).toBe(`args.path == ${JSON.stringify(path)}`)
  await page.getByLabel('At most').fill('2')
  await page.getByRole('button', { name: 'Show what it lets happen' }).click()
  await page.getByText('at most 2 times').waitFor()
  // What is granted is what was shown: for another wish it has to be shown anew.
  await page.getByLabel('At most').fill('3')
  expect(await page.getByRole('button', { name: 'Grant this' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Show what it lets happen' }).click()
  await page.getByText('at most 3 times').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Grant this' }).click()
  await page.getByText('The call that was held goes on where it waits.').waitFor()
  expect((await first).isError).toBeFalsy()
  expect((await call(client, 'write_file', { path, content: 'two' })).isError).toBeFalsy()
  // The table follows what the grant lets happen.
  await page.getByRole('link', { name: 'All grants' }).click()
  await page.getByText('2 of 3', { exact: true }).waitFor()
  expect((await call(client, 'write_file', { path, content: 'three' })).isError).toBeFalsy()
  await page.getByText('Nothing is granted').waitFor()
  expect(faults).toEqual([])
})
