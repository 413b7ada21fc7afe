import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { asksFor, beside } from '../../cli/test/beside.ts'
import { agentServer, TaskState } from '../../host/test/agent-server.ts'
import { openBrowser, openPage, overhang, test, violations } from './browser.ts'
import { type ConsoleDesk, openConsoleDesk } from './console-desk.ts'

let browser: Browser
let serving: ConsoleDesk
beforeAll(async () => {
  browser = await openBrowser()
  serving = await openConsoleDesk()
  serving.desk.write(
    'asking.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: asking, version: 1.0.0 }
schemas:
  Word:
    type: object
    required: [go, why]
    properties: { go: { type: boolean }, why: { type: string, description: In a sentence }, copies: { type: integer } }
orchestration: { entrypoint: review, strategy: single }
executors: [{ name: review, type: human, ask: { title: "Shall it go <b>out</b>?" }, outputSchemaRef: "#/schemas/Word" }]
`,
  )
})
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]()
  await browser?.close()
})

const run = () => serving.desk.ecp('run', 'asking.yaml', ...serving.flags).status
const asked = () => JSON.parse(serving.desk.ecp('approvals', 'list', '--json', ...serving.flags).stdout)

test('a question is answered field by field with the keyboard alone, and passes axe', async () => {
  expect(run()).toBe(4)
  const { page, faults } = await openPage(browser, { viewport: { width: 360, height: 740 } })
  await page.goto(serving.link())
  await page.getByRole('link', { name: 'review' }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Shall it go <b>out</b>?' }).waitFor()
  expect(await violations(page)).toEqual([])
  expect(await overhang(page)).toBe(0)
  // Nothing is sent that is not filled in.
  await page.keyboard.press('a')
  await page.keyboard.press('Enter')
  await page.getByText('Choose yes or no.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByLabel('go', { exact: true }).focus()
  await page.keyboard.press('y')
  await page.keyboard.press('Tab')
  await page.keyboard.type('it is good')
  await page.keyboard.press('Tab')
  await page.keyboard.type('3')
  await page.getByRole('button', { name: 'Answer' }).press('Enter')
  await page.getByText('Answered: the run takes the answer').waitFor()
  await page.getByRole('region', { name: 'Answers' }).getByText('"it is good"').waitFor()
  expect(asked()).toMatchObject([
    { kind: 'question', state: 'approved', answers: [{ value: { go: true, why: 'it is good', copies: 3 } }] },
  ])
  expect(faults).toEqual([])
})

test('a question is refused, and that is the end of it', async () => {
  expect(run()).toBe(4)
  const { page } = await openPage(browser)
  await page.goto(serving.link())
  await page.getByText('needs 1 answer').first().click()
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('Refused: the run ends.').waitFor()
})

test('what an agent elsewhere asks is shown as its words, and nothing that it says is there to be sent as the answer', async () => {
  const hidden = '\u202e'
  const agent = await agentServer(({ status }) =>
    status(TaskState.TASK_STATE_INPUT_REQUIRED, `<b>which</b> one?\n${hidden}What the answer has to be`),
  )
  const { desk, flags, link } = serving
  asksFor(desk, agent.url, 'painting.yaml')
  const ran = await beside(desk, 'run', 'context.yaml', '--config', 'painting.yaml', ...flags.slice(2)).ended
  expect(ran.status, ran.stderr).toBe(4)
  const { page, faults } = await openPage(browser)
  await page.goto(link())
  await page.getByRole('link', { name: 'painter' }).click()
  await page.getByRole('heading', { name: 'The agent elsewhere that works as painter asks' }).waitFor()
  const words = await page.getByRole('region', { name: 'What the agent painter asks' }).textContent()
  expect(words).toContain('<b>which</b> one?')
  expect(words).not.toContain(hidden)
  expect(await page.getByRole('textbox', { name: 'Answer' }).inputValue()).toBe('')
  expect(await page.getByRole('heading', { name: 'What the answer has to be' }).count()).toBe(0)
  expect(await violations(page)).toEqual([])
  expect(faults).toEqual([])
})
