import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { openBrowser, openPage, overhang, test, violations } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'

const toolAccess = '{ default: deny, allow: ["files:*"], deny: ["files:move_file"] }'
const hostile = '\u202etxt.exe <img src=/x onerror=alert(1)> \u001b[31m'

let desk: ConsoleDesk
let browser: Browser
let client: Client

beforeAll(async () => {
  desk = await openConsoleDesk({ toolAccess })
  browser = await openBrowser()
  client = await desk.connect()
  writeFileSync(join(desk.desk.folder, 'note.txt'), 'first line\nsecond line')
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await desk?.[Symbol.asyncDispose]()
})

const file = (name: string) => join(desk.desk.folder, name)
const rows = (page: Page) => page.getByRole('list', { name: 'Calls' }).getByRole('button', { expanded: false })
const go = async (page: Page, name: string) => {
  await page.getByRole('navigation').getByRole('link', { name }).click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

test('a run shows as it happens: in the list, and each call with its decision, what stands in its way, and what came of it', async () => {
  const { page, requests, faults } = await openPage(browser)
  await page.goto(desk.link())
  await go(page, 'Runs')
  await page.getByText('No runs yet').waitFor()

  await call(client, 'read_text_file', { path: file('note.txt') })
  await page.getByRole('link', { name: 'assistant 1.0.0 / assistant' }).click()
  await page.getByRole('button', { name: /^1 .*allowed files:read_text_file/ }).waitFor()

  await call(client, 'move_file', { source: file('note.txt'), destination: file(hostile) }).catch(() => undefined)
  await page.getByRole('button', { name: /^2 .*denied files:move_file/ }).click()
  const details = page.locator('.timeline-row').nth(1)
  await details.getByText('context.tool-denied').first().waitFor()
  expect(await details.textContent()).toMatch(/assistant\.yaml:\d+:\d+/)
  const args = await details.getByRole('region', { name: 'Arguments of call 2' }).textContent()
  expect(args).toContain('U+202Etxt.exe <img src=/x onerror=alert(1)>')

  const held = call(client, 'write_file', { path: file('new.txt'), content: 'text' })
  await page.getByRole('button', { name: /^3 .*held files:write_file/ }).click()
  const waiting = page.locator('.timeline-row').nth(2)
  await waiting.getByText('write.needs-approval').first().waitFor()
  await waiting.getByText('Needs one approval').waitFor()
  const approval = await waiting.getByRole('link', { name: 'Approval' }).getAttribute('href')
  const id = approval?.split('/').at(-1) ?? ''
  const { status, stderr } = desk.desk.ecp('approvals', 'approve', id, '--note', 'looks right', ...desk.flags)
  expect(status, stderr).toBe(0)
  expect((await held).isError ?? false).toBe(false)

  await page.getByRole('button', { name: /^4 .*allowed files:write_file/ }).click()
  const done = page.locator('.timeline-row').nth(3)
  await done.getByText('write.approved').first().waitFor()
  await done.getByText('looks right').waitFor()
  await done
    .getByText(/^completed in/)
    .last()
    .waitFor()

  expect(requests.filter((url) => new URL(url).origin !== desk.url)).toEqual([])
  expect(faults).toEqual([])
}, 120_000)

test('the timeline is gone through with the keyboard, and narrowed down to what was stopped', async () => {
  const { page } = await openPage(browser)
  await openRun(page)
  await rows(page).first().focus()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  const open = page.getByRole('list', { name: 'Calls' }).getByRole('button', { expanded: true })
  expect(await open.textContent()).toContain('write_file')
  await page.getByRole('button', { name: /denied 1$/ }).click()
  await page.getByText('1 of 4 calls').waitFor()
  expect(await rows(page).count()).toBe(1)
  await page.getByRole('button', { name: /denied 1$/ }).click()
  await page.getByRole('searchbox').fill('needs-approval')
  await page.getByText('1 of 4 calls').waitFor()
  await page.getByRole('searchbox').fill('nothing like that')
  await page.getByText('No call fits').waitFor()
})

test('the graph has the same calls, laid out by a worker under the strict policy, and is gone through with the keyboard', async () => {
  const { page, requests, faults } = await openPage(browser)
  await openRun(page)
  await page.getByRole('button', { name: 'Graph' }).click()
  await page.getByRole('group', { name: /^run of assistant: 2 allowed, 1 denied, 1 held$/ }).focus()
  const names: (string | null)[] = []
  for (let at = 0; at < 7; at++) {
    names.push(await page.locator(':focus').getAttribute('aria-label'))
    await page.keyboard.press('ArrowRight')
  }
  expect(names).toEqual([
    'run of assistant: 2 allowed, 1 denied, 1 held',
    'executor assistant: 2 allowed, 1 denied, 1 held',
    'server files: 2 allowed, 1 denied, 1 held',
    'call 1, read_text_file: allowed',
    'call 2, move_file: denied',
    'call 3, write_file: held',
    'call 4, write_file: allowed',
  ])
  await page.getByRole('group', { name: 'call 2, move_file: denied' }).focus()
  await page.keyboard.press('Enter')
  const chosen = page.getByRole('region', { name: 'What is chosen' })
  await chosen.getByText('context.tool-denied').first().waitFor()
  expect(await chosen.textContent()).toContain('U+202E')
  expect(requests.filter((url) => new URL(url).origin !== desk.url)).toEqual([])
  expect(faults).toEqual([])
})

test('the matrix says what `ecp explain --json` says, and why, for every tool', async () => {
  const { page } = await openPage(browser)
  await page.goto(desk.link())
  await go(page, 'Permissions')
  const explained = desk.desk.ecp('explain', 'assistant.yaml', '--json', ...desk.flags)
  const { permissions }: { permissions: { target: string; outlook: string; reasons: { message: string }[] }[] } =
    JSON.parse(explained.stdout)
  expect(new Set(permissions.map(({ outlook }) => outlook))).toEqual(new Set(['allowed', 'held', 'denied']))
  const why = page.getByRole('region', { name: 'Why' })
  const grid = page.getByRole('grid', { name: 'Permissions' })
  await grid.getByRole('button').first().focus()
  const shown: unknown[] = []
  for (let at = 0; at < permissions.length; at++) {
    const outlook = (await page.locator(':focus').textContent())?.slice(2)
    const target = await why.getByRole('heading').textContent()
    const messages = await why.locator('.reasons li > div:first-of-type').allTextContents()
    shown.push({ target, outlook, messages })
    await page.keyboard.press('ArrowDown')
  }
  expect(shown).toEqual(
    permissions.map(({ target, outlook, reasons }) => ({
      target,
      outlook,
      messages: reasons.map(({ message }) => message),
    })),
  )
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on these pages, and none is wider than a phone, in ${colorScheme}`, async () => {
    const { page } = await openPage(browser, {
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width: 360, height: 740 },
    })
    await openRun(page)
    const found: string[] = []
    const look = async (name: string) => {
      found.push(...(await violations(page)).map((one) => `${name}: ${one}`))
      if ((await overhang(page)) > 0) found.push(`${name} is wider than the window`)
    }
    await rows(page).nth(1).click()
    await look('timeline')
    await page.getByRole('button', { name: 'Graph' }).click()
    await page.getByRole('group', { name: /^executor/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Show in the timeline' }).waitFor()
    await look('graph')
    await go(page, 'Runs')
    await page.getByRole('link', { name: 'assistant 1.0.0 / assistant' }).waitFor()
    await look('runs')
    await go(page, 'Permissions')
    await page.getByRole('grid').getByRole('button').first().click()
    await look('permissions')
    await go(page, 'Clients')
    await page.getByRole('button', { name: 'Revoke editor' }).click()
    await look('clients')
    await page.keyboard.press('Escape')
    await go(page, 'Chain')
    await page.getByText('every byte is as it was written').waitFor()
    await look('chain')
    expect(found).toEqual([])
  }, 180_000)
}

async function openRun(page: Page): Promise<void> {
  await page.goto(desk.link())
  await go(page, 'Runs')
  await page.getByRole('link', { name: 'assistant 1.0.0 / assistant' }).click()
  await rows(page).first().waitFor()
}
