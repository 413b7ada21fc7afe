import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, test } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'

// A real Chromium at a real `ecp serve`, with a real MCP client and server: what a person sees and does.
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

test('a held call appears, is approved with the keyboard alone, and the client gets its result', async () => {
  const client = await serving.connect()
  const { page, requests, faults } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByText('Nothing waits for you').waitFor()
  const path = join(serving.desk.folder, 'note.txt')
  const result = call(client, 'write_file', { path, content: 'a person said so\n' })
  result.catch(() => undefined)
  const row = page.getByRole('link', { name: 'files:write_file' })
  await row.waitFor()
  await expect.poll(() => page.title()).toBe('(1) Inbox · ECP')
  await page.keyboard.press('j')
  expect(await row.evaluate('document.activeElement.dataset.approval')).toMatch(/^[0-9a-f-]{36}$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'files:write_file' }).waitFor()
  await page.getByText('"a person said so\\n"').waitFor()
  await page.keyboard.press('a')
  await page.keyboard.press('Enter')
  expect(JSON.stringify((await result).content)).toContain('Successfully wrote')
  expect(readFileSync(path, 'utf8')).toBe('a person said so\n')
  await page.getByText('Used: it was approved and ran, once.').waitFor()
  expect(faults).toEqual([])
  expect(requests.filter((url) => !url.startsWith(`${serving.url}/`))).toEqual([])
})

test('a call that is denied with a note is not done, and the note is on record', async () => {
  const client = await serving.connect()
  const { page } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByText('Nothing waits for you').waitFor()
  const result = call(client, 'write_file', { path: join(serving.desk.folder, 'note.txt'), content: 'x' })
  result.catch(() => undefined)
  await page.getByRole('link', { name: 'files:write_file' }).waitFor()
  await page.keyboard.press('j')
  // Nothing is answered from the list: the answer is given where everything is seen.
  await page.keyboard.press('d')
  await page.getByRole('heading', { name: 'Arguments' }).waitFor()
  expect(await page.getByRole('button', { name: 'Deny' }).evaluate('document.activeElement.textContent')).toBe('Deny')
  await page.getByRole('textbox', { name: 'Note' }).fill('not on a Friday')
  await page.getByRole('button', { name: 'Deny' }).press('Enter')
  expect((await result).isError).toBe(true)
  await page.getByText('not on a Friday').waitFor()
  await page.getByText('Denied: the agent is told so.').waitFor()
  const shown = serving.desk.ecp('approvals', 'list', '--all', '--json', ...serving.flags)
  expect(shown.stdout).toContain('not on a Friday')
})

test('a proposal is approved and applied, and what the tool said is shown', async () => {
  await using proposing = await openConsoleDesk({ writeControls: '{ mode: propose-only }' })
  const client = await proposing.connect()
  const path = join(proposing.desk.folder, 'plan.md')
  proposing.desk.write('plan.md', '# Plan\nship on Friday\n')
  const edits = [{ oldText: 'Friday', newText: 'Monday' }]
  expect((await call(client, 'edit_file', { path, edits })).isError).toBe(true)
  const { page } = await openPage(browser)
  await page.goto(proposing.link())
  await page.getByRole('link', { name: 'files:edit_file' }).click()
  const difference = page.getByRole('region', { name: 'Difference' })
  expect(await difference.textContent()).toContain('ship on Monday')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByRole('button', { name: 'Apply it now' }).click()
  await page.getByText('Used: it was approved and applied, once.').waitFor()
  expect(readFileSync(path, 'utf8')).toBe('# Plan\nship on Monday\n')
  await page.getByText('completed').waitFor()
})

test('the list is filtered by kind and state, and says what would bring something there', async () => {
  const { page } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByLabel('Kind').selectOption('Proposals')
  await page.getByText('A proposal appears here by itself').waitFor()
  await page.getByLabel('State').selectOption('All')
  await page.getByText('No proposal is on record').waitFor()
  expect(new URL(page.url()).search).toBe('?state=all&kind=proposal')
})

/** Has the page note when it first showed so many rows. */
const watchForRows = (count: number) => `ecpSeenAt = new Promise((resolve) => {
  const observer = new MutationObserver(() => {
    if (document.querySelectorAll('[data-approval]').length < ${count}) return
    observer.disconnect()
    resolve(Date.now())
  })
  observer.observe(document.body, { subtree: true, childList: true })
}), undefined`

test('a held call appears within a second of being on record', async () => {
  await using held = await openConsoleDesk()
  const client = await held.connect()
  const { page } = await openPage(browser)
  await page.goto(held.link())
  await page.getByText('Nothing waits for you').waitFor()
  const took: number[] = []
  // Not every one: a machine that is busy with something else stops browsers, too.
  while (took.length < 5 && !took.some((ms) => ms < 1_000)) {
    await page.evaluate(watchForRows(took.length + 1))
    call(client, 'write_file', { path: `${took.length}.txt`, content: '' }).catch(() => undefined)
    const seenAt = await page.evaluate<number>('ecpSeenAt')
    const [newest] = JSON.parse(held.desk.ecp('approvals', 'list', '--json', ...held.flags).stdout)
    took.push(seenAt - newest.requestedAt)
  }
  expect(Math.min(...took)).toBeLessThan(1_000)
})
