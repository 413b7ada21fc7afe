import { expect, test } from 'vitest'
import { agentServer, TaskState, text } from '../../host/test/agent-server.ts'
import { asksFor, beside } from './beside.ts'
import { openDesk } from './desk.ts'

const config = ['--config', 'ecp.config.yaml']

test('what an agent elsewhere asks waits for a person; killed with the answer on its way, it is not sent again unless somebody says so', {
  timeout: 120_000,
}, async () => {
  using desk = openDesk()
  let resumed: ReturnType<typeof beside> | undefined
  const agent = await agentServer(async ({ round, text: said, status, artifact, cancelled }) => {
    if (round === 1) return status(TaskState.TASK_STATE_INPUT_REQUIRED, 'which colour?\nthe answer\n\u202eder\u001b[2J')
    if (round > 2) {
      artifact([text(`${said} it is`)])
      return status(TaskState.TASK_STATE_COMPLETED)
    }
    status(TaskState.TASK_STATE_WORKING)
    resumed?.child.kill('SIGKILL')
    await cancelled
  })
  asksFor(desk, agent.url, 'ecp.config.yaml')
  const ran = await beside(desk, 'run', 'context.yaml', ...config).ended
  expect(ran.status, ran.stderr).toBe(4)
  const id = /`ecp approvals answer ([0-9a-f-]{36})`/.exec(ran.stderr)?.[1] ?? ''

  const shown = desk.ecp('approvals', 'show', id, ...config).stdout
  expect(shown).toContain('The painter has a question')
  // Its words, line by line, and nothing in them can hide or look like ours.
  expect(shown).toContain(
    'works as painter asks (its words; the answer goes to it):\n| which colour?\n| the answer\n| ',
  )
  for (const hidden of ['\u202e', '\u001b']) expect(shown).not.toContain(hidden)
  expect(shown).toContain('\n\nthe answer\na text\n')
  const answered = desk.ecp('approvals', 'answer', id, '--text', 'the red one', ...config)
  expect(answered.status, answered.stderr).toBe(0)

  resumed = beside(desk, 'resume', 'last', ...config)
  expect(await resumed.ended).toMatchObject({ signal: 'SIGKILL' })
  const unknown = await beside(desk, 'resume', 'last', ...config).ended
  expect(unknown.status, unknown.stderr).toBe(5)
  expect(agent.told.map(({ text: said }) => said).slice(1)).toEqual(['the red one'])

  const action = /ecp runs settle RUN ([0-9a-f-]{36})/.exec(unknown.stderr)?.[1] ?? ''
  const settled = desk.ecp('runs', 'settle', 'last', action, '--retry', ...config)
  expect(settled.status, settled.stderr).toBe(0)
  const done = await beside(desk, 'resume', 'last', ...config).ended
  expect(done, done.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('the red one it is') })
  expect(agent.told.map(({ text: said }) => said).slice(1)).toEqual(['the red one', 'the red one'])
  expect(new Set(agent.told.map(({ task }) => task)).size).toBe(1)
  expect(desk.ecp('trace', 'verify', ...config).status).toBe(0)
})
