import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openPeopleDesk } from './people.ts'
import { hasTerminal, keys, playTerminal } from './played-terminal.ts'

test.skipIf(!hasTerminal)(
  'on a terminal watch shows what is held, asks, and signs with the passphrase',
  { timeout: 120_000 },
  async () => {
    using desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"] }')
    const pass = desk.passphrase('ada.pass', 'the passphrase of ada')
    expect(desk.ecp('approvers', 'add', 'ada', '--passphrase-file', pass, '--into', 'host.yaml').status).toBe(0)
    const client = await desk.connect()
    onTestFinished(() => client.close())
    const path = join(desk.folder, 'out.txt')
    const call = desk.ask(client, 'write_file', { path, content: 'good\u202e\n' })
    await call.waiting

    const terminal = playTerminal(desk, ['approvals', 'watch', ...desk.flags])
    await terminal.sees('to navigate')
    expect(terminal.shown()).toContain('+ good\\u{202e}')
    terminal.type(keys.down)
    await terminal.sees('to navigate')
    terminal.type(keys.enter)
    await terminal.sees('Passphrase of ada')
    terminal.type('the passphrase of ada\r')
    await terminal.sees('approved by ada')
    expect(await call.result).not.toMatchObject({ isError: true })
    expect(readFileSync(path, 'utf8')).toBe('good\u202e\n')
    terminal.type(keys.ctrlC)
    await terminal.ended()
  },
)
