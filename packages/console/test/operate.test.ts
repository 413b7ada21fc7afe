import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Client } from '@modelcontextprotocol/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, test } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'

let desk: ConsoleDesk
let browser: Browser
let client: Client

beforeAll(async () => {
  desk = await openConsoleDesk()
  browser = await openBrowser()
  client = await desk.connect()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await desk?.[Symbol.asyncDispose]()
})

const file = (name: string) => join(desk.desk.folder, name)

test('the stop switch denies the next call, and beats an approval that was given before', async () => {
  const { page, faults } = await openPage(browser)
  await page.goto(desk.link())
  await page.getByText('Deciding').waitFor()
  const held = call(client, 'write_file', { path: file('new.txt'), content: 'text' })
  await page
    .getByRole('link', { name: /write_file/ })
    .first()
    .waitFor()

  await switchTo(page, 'Freeze', 'an agent behaves oddly')
  await page.getByText('Every action is denied, approved ones too').waitFor()
  const list = desk.desk.ecp('approvals', 'list', '--json', ...desk.flags)
  const [id] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(list.stdout) ?? []
  const approved = desk.desk.ecp('approvals', 'approve', id ?? '', ...desk.flags)
  expect(approved.status, approved.stderr).toBe(0)
  expect(await held).toMatchObject({ isError: true, _meta: expect.objectContaining({}) })
  const read = await call(client, 'list_directory', { path: desk.desk.folder })
  expect(JSON.stringify(read)).toContain('host.frozen')
  expect(JSON.stringify(await held)).toContain('host.frozen')

  await switchTo(page, 'Unfreeze', '')
  await page.getByText('Deciding').waitFor()
  expect((await call(client, 'list_directory', { path: desk.desk.folder })).isError ?? false).toBe(false)
  expect(faults).toEqual([])
}, 120_000)

test('who does not confirm changes nothing, and the keyboard is where it was', async () => {
  const { page } = await openPage(browser)
  await page.goto(desk.link())
  await page.getByRole('button', { name: 'Freeze…' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Stop everything?' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await page.locator(':focus').textContent()).toBe('Freeze…')
  expect((await call(client, 'list_directory', { path: desk.desk.folder })).isError ?? false).toBe(false)
}, 120_000)

test('the chain is verified, and a record that somebody changed is named', async () => {
  await call(client, 'list_directory', { path: desk.desk.folder })
  const { page } = await openPage(browser)
  await page.goto(desk.link())
  await page.getByRole('navigation').getByRole('link', { name: 'Chain' }).click()
  await page.getByText('every byte is as it was written').waitFor()
  const records = Number(desk.desk.ecp('trace', 'verify', ...desk.flags).stdout.match(/(\d+) records/)?.[1])
  expect(records).toBeGreaterThan(2)
  await page.getByText(String(records), { exact: true }).waitFor()

  const ledger = new DatabaseSync(join(desk.desk.folder, 'ledger', 'ledger.db'), { timeout: 5_000 })
  ledger.exec(
    `UPDATE records SET bytes = replace(bytes, 'list_directory', 'list_derectory') WHERE kind = 'action.decided'`,
  )
  ledger.close()
  await page.getByRole('button', { name: 'Verify again' }).click()
  await page.getByText(/\d+ faults? found/).waitFor()
  await page.getByRole('table', { name: 'Faults' }).getByText('bytes-changed').first().waitFor()
}, 120_000)

test('a client that is revoked, after a question, opens nothing any more', async () => {
  const { page, faults } = await openPage(browser)
  await page.goto(desk.link())
  await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
  await page.getByRole('button', { name: 'Revoke editor' }).click()
  const question = page.getByRole('dialog', { name: 'Revoke this client?' })
  await question.getByText('editor').waitFor()
  await question.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('was revoked: its token opens nothing any more').waitFor()
  await page.getByText('Nobody may connect yet').waitFor()
  await expect(call(client, 'list_directory', { path: desk.desk.folder })).rejects.toThrow()
  expect(faults).toEqual([])
}, 120_000)

async function switchTo(page: Page, action: 'Freeze' | 'Unfreeze', reason: string): Promise<void> {
  await page.getByRole('button', { name: `${action}…` }).click()
  await page.getByLabel('Reason, for the record').fill(reason)
  await page.getByRole('dialog').getByRole('button', { name: action }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
