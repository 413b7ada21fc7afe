import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { compiled } from './desk.ts'
import { openPeopleDesk } from './people.ts'

const program = join(import.meta.dirname, '..', 'bin', 'ecp.js')

// `script` (util-linux) gives the process a terminal; elsewhere it takes other arguments.
test.skipIf(process.platform !== 'linux')(
  'on a terminal watch shows what is held, asks, and signs with the passphrase',
  {
    timeout: 120_000,
  },
  async () => {
    using desk = openPeopleDesk('{ requireApprovalFor: ["files:write_file"] }')
    const pass = desk.passphrase('ada.pass', 'the passphrase of ada')
    expect(desk.ecp('approvers', 'add', 'ada', '--passphrase-file', pass, '--into', 'host.yaml').status).toBe(0)
    const client = await desk.connect()
    onTestFinished(() => client.close())
    const path = join(desk.folder, 'out.txt')
    const call = desk.ask(client, 'write_file', { path, content: 'good\u202e\n' })
    await call.waiting

    const words = [process.execPath, program, 'approvals', 'watch', ...desk.flags].map((word) => `'${word}'`)
    const terminal = spawn('script', ['-qec', `stty cols 120 rows 40; exec ${words.join(' ')}`, '/dev/null'], {
      cwd: desk.folder,
      env: {
        HOME: desk.home,
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        TERM: 'xterm',
        SHELL: '/bin/sh',
        ...compiled,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void terminal.kill('SIGKILL'))
    let shown = ''
    terminal.stdout.setEncoding('utf8').on('data', (text) => {
      shown += text
      terminal.emit('shown')
    })
    const sees = async (text: string) => {
      while (!shown.includes(text)) await once(terminal, 'shown')
      const before = shown
      shown = ''
      return before
    }
    expect(await sees('to navigate')).toContain('+ good\\u{202e}')
    terminal.stdin.write('\u001b[B')
    await sees('to navigate')
    terminal.stdin.write('\r')
    await sees('Passphrase of ada')
    terminal.stdin.write('the passphrase of ada\r')
    await sees('approved by ada')
    expect(await call.result).not.toMatchObject({ isError: true })
    expect(readFileSync(path, 'utf8')).toBe('good\u202e\n')
    terminal.stdin.write('\u0003')
    await once(terminal, 'exit')
  },
)
