import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { addPasskey } from '../../cli/test/passkey-desk.ts'
import { openBrowser, openPage, test, violations } from './browser.ts'
import { type ConsoleDesk, call, openConsoleDesk } from './console-desk.ts'
import { known, signIn } from './signed-in.ts'
import { addAuthenticator, type VirtualAuthenticator } from './virtual-authenticator.ts'

// A real Chromium with its own authenticator, at a real `ecp serve`, with the real command and a real MCP client.
let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

const writeControls = '{ requireApprovalFor: ["files:write_file"] }'

interface Approver {
  readonly page: Page
  readonly key: VirtualAuthenticator
  readonly faults: readonly string[]
}

/** Somebody with a browser and an authenticator of their own, who makes a passkey at the link of the command. */
async function approver({ desk, flags, url }: ConsoleDesk, name: string): Promise<Approver> {
  const { page, requests, faults } = await openPage(browser)
  const key = await addAuthenticator(page)
  await using adding = await addPasskey(desk, name, '--into', 'host.yaml', ...flags)
  await page.goto(adding.link)
  await page.getByText(`It will be ${name}’s word`).waitFor()
  expect(page.url()).toBe(`${url}/passkey`)
  expect(await violations(page)).toEqual([])
  // Whom the authenticator does not know makes no passkey, and the link still works.
  await key.setVerified(false)
  const make = page.getByRole('button', { name: 'Make the passkey' })
  await make.click()
  await page.getByRole('alert').waitFor()
  await key.setVerified(true)
  await make.click()
  await page.getByText(`The passkey of ${name} is made`).waitFor()
  const { status, stderr } = await adding.ended()
  expect(status, stderr).toBe(0)
  expect(await key.count()).toBe(1)
  expect(requests.filter((asked) => !asked.startsWith(`${url}/`))).toEqual([])
  return { page, key, faults }
}

async function openAt(serving: ConsoleDesk, { page }: Approver, tool: string): Promise<void> {
  await page.goto(serving.link())
  await page.getByRole('link', { name: tool }).click()
  await page.getByRole('heading', { name: tool }).waitFor()
}

test('a passkey is made in the browser, and approves one held call each time it is used', {
  timeout: 180_000,
}, async () => {
  await using serving = await openConsoleDesk({ writeControls })
  const { desk, flags } = serving
  const ada = await approver(serving, 'ada')
  await known(serving, 'ada')
  const client = await serving.connect()
  const path = join(desk.folder, 'note.txt')
  const result = call(client, 'write_file', { path, content: 'a person said so\n' })
  await openAt(serving, ada, 'files:write_file')
  const approve = ada.page.getByRole('button', { name: 'Approve' })
  // Signed in by the link, and still nothing happens without the person.
  await ada.key.setVerified(false)
  await approve.click()
  await ada.page.getByRole('alert').getByText('passkey.not-given').waitFor()
  expect(existsSync(path)).toBe(false)
  await ada.key.setVerified(true)
  await approve.click()
  expect(JSON.stringify((await result).content)).toContain('Successfully wrote')
  expect(readFileSync(path, 'utf8')).toBe('a person said so\n')
  await ada.page.getByText('Used: it was approved and ran, once.').waitFor()
  const [listed] = JSON.parse(desk.ecp('approvals', 'list', '--all', '--json', ...flags).stdout)
  const shown = JSON.parse(desk.ecp('approvals', 'show', listed.approval, '--json', ...flags).stdout)
  expect(shown).toMatchObject({ state: 'used', answers: [{ by: 'ada', worth: 'counts', proof: { kind: 'webauthn' } }] })
  expect(ada.faults).toEqual([])
})

test('two people with passkeys are a quorum of two, and one of them twice is not', { timeout: 180_000 }, async () => {
  await using serving = await openConsoleDesk({ writeControls, security: '  writes: { approval: { quorum: 2 } }' })
  const [ada, bob] = [await approver(serving, 'ada'), await approver(serving, 'bob')]
  await known(serving, 'ada', 'bob')
  const client = await serving.connect()
  const path = join(serving.desk.folder, 'note.txt')
  const result = call(client, 'write_file', { path, content: 'x' })
  await openAt(serving, ada, 'files:write_file')
  const approve = ada.page.getByRole('button', { name: 'Approve' })
  await approve.click()
  await ada.page.getByText('1 so far').waitFor()
  await approve.click()
  await ada.page.getByRole('alert').getByText('has said so already').waitFor()
  // Another person's name with one's own authenticator: it has no such passkey.
  await ada.page.getByLabel('Signed with the passkey of').selectOption('bob')
  await approve.click()
  await ada.page.getByRole('alert').getByText('passkey.not-given').waitFor()
  expect(existsSync(path)).toBe(false)
  await openAt(serving, bob, 'files:write_file')
  await bob.page.getByLabel('Signed with the passkey of').selectOption('bob')
  await bob.page.getByRole('button', { name: 'Approve' }).click()
  expect(JSON.stringify((await result).content)).toContain('Successfully wrote')
  expect(existsSync(path)).toBe(true)

  // And a grant of the two: one signs it at the held call, the other on the page of grants.
  const next = call(client, 'write_file', { path, content: 'y' })
  await openAt(serving, ada, 'files:write_file')
  await ada.page.getByRole('link', { name: 'Grant calls like this instead' }).click()
  await ada.page.getByLabel('Signed with the passkey of').selectOption('ada')
  await ada.page.getByRole('checkbox', { name: 'content is' }).uncheck()
  await ada.page.getByRole('button', { name: 'Show what it lets happen' }).click()
  await ada.page.getByRole('button', { name: 'Grant this' }).click()
  await ada.page.getByText('1 of 2 have signed').waitFor()
  expect(readFileSync(path, 'utf8')).toBe('x')
  await bob.page.getByRole('navigation').getByRole('link', { name: 'Grants' }).click()
  await bob.page.getByRole('button', { name: 'Sign grant' }).click()
  expect(await violations(bob.page)).toEqual([])
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Sign' }).click()
  expect(JSON.stringify((await next).content)).toContain('Successfully wrote')
  await bob.page.getByText('1 of 5', { exact: true }).waitFor()
  expect(readFileSync(path, 'utf8')).toBe('y')
})

test('a question is answered with a passkey, which signs the value: the run goes on with that', {
  timeout: 180_000,
}, async () => {
  await using serving = await openConsoleDesk()
  const { desk, flags } = serving
  desk.write(
    'asking.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: asking, version: 1.0.0 }
schemas: { Word: { type: object, required: [go, why], properties: { go: { type: boolean }, why: { type: string } } } }
orchestration: { entrypoint: review, strategy: single }
executors: [{ name: review, type: human, ask: { title: "Shall it go?" }, outputSchemaRef: "#/schemas/Word" }]
`,
  )
  const ada = await approver(serving, 'ada')
  await known(serving, 'ada')
  expect(desk.ecp('run', 'asking.yaml', ...flags).status).toBe(4)
  const { page, key } = ada
  await page.goto(serving.link())
  await page.getByRole('link', { name: 'review' }).click()
  await page.getByRole('heading', { name: 'Shall it go?' }).waitFor()
  await page.getByLabel('go', { exact: true }).focus()
  await page.keyboard.press('y')
  await page.getByLabel('why').fill('not before Monday')
  // Signed in by the link, and still nothing is answered without the person.
  await key.setVerified(false)
  const answer = page.getByRole('button', { name: 'Answer' })
  await answer.click()
  await page.getByRole('alert').getByText('passkey.not-given').waitFor()
  const { get } = await signIn(serving)
  const [{ approval }] = (await get('/approvals')).body.approvals
  const shown = async () => (await get(`/approvals/${approval}`)).body
  expect(await shown()).toMatchObject({ kind: 'question', state: 'pending', answers: [] })
  await key.setVerified(true)
  await answer.click()
  await page.getByText('Answered: the run takes the answer').waitFor()
  expect(await violations(page)).toEqual([])
  const value = { go: true, why: 'not before Monday' }
  expect(await shown()).toMatchObject({
    state: 'approved',
    answers: [{ by: 'ada', value, worth: 'counts', proof: 'webauthn' }],
  })
  const resumed = desk.ecp('resume', 'last', ...flags)
  expect(resumed.status, resumed.stderr).toBe(0)
  expect(JSON.parse(resumed.stdout)).toEqual(value)
  expect(ada.faults).toEqual([])
})
