import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { keyText, Receiver, signatureOf } from '../../server/test/serve/receiver.ts'
import { compiled } from './desk.ts'
import { openPeopleDesk } from './people.ts'
import { program } from './program.ts'

test('`ecp serve` is killed in the middle of telling an endpoint: the next one tells it, with the same id, at once', async () => {
  await using receiver = await new Receiver().start()
  using desk = openPeopleDesk('{ requireApprovalFor: ["files:*"] }', '  secrets: { allowProviders: [dot.env] }', {
    wait: '1ms',
    webhooks: { chat: { url: receiver.url, secret: { provider: 'dot.env', key: 'CHAT' } } },
  })
  desk.write('.env', `CHAT=${keyText}\n`)
  const acts = ['--context', 'assistant.yaml', '--executor', 'assistant']
  const serve = async () => {
    const env = { HOME: desk.home, PATH: dirname(process.execPath), ...compiled }
    const args = [program, 'serve', ...acts, ...desk.flags, '--listen', '127.0.0.1:0', '--json']
    const serving = spawn(process.execPath, args, { cwd: desk.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(serving, 'exit')
    onTestFinished(async () => {
      serving.kill('SIGKILL')
      await ended
    })
    let log = ''
    serving.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
    const [line] = await once(serving.stdout.setEncoding('utf8'), 'data')
    return { serving, ended, url: new URL(JSON.parse(String(line)).mcp), log: () => log }
  }

  // It hears everything, and says nothing.
  receiver.behaves = () => undefined
  const first = await serve()
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(first.url))
  const path = join(desk.folder, 'a.txt')
  await client.callTool({ name: 'files__write_file', arguments: { path, content: 'a' } })
  const [heard] = await receiver.events('approval.requested', 1)
  first.serving.kill('SIGKILL')
  await first.ended
  receiver.received.splice(0)

  receiver.behaves = (response, { body }) => {
    const isFirst = receiver.received.length === 1
    response.writeHead(isFirst ? 500 : 204).end(body)
  }
  const second = await serve()
  const [failed, delivered] = await receiver.events('approval.requested', 2)
  for (const one of [failed, delivered])
    expect(one).toMatchObject({ id: heard?.id, body: expect.stringContaining('a.txt') })
  expect(delivered && signatureOf(delivered)).toBe(delivered?.signature)
  // What an endpoint does is to be read where the gateway runs.
  await expect
    .poll(second.log, { timeout: 20_000 })
    .toContain('webhook `chat` fails: it answered HTTP 500; it is tried again')
  await expect
    .poll(second.log, { timeout: 20_000 })
    .toContain('webhook `chat` takes messages again, after 1 attempt that failed')
}, 120_000)

test('what is wrong with webhooks is said with its place, and nothing is served', () => {
  using desk = openPeopleDesk('{ requireApprovalFor: ["files:*"] }', '', {
    channels: ['console', 'cli'],
    webhooks: { chat: { url: 'http://hooks.example.com', secret: { provider: 'dot.env', key: 'CHAT' }, event: [] } },
  })
  const { status, stderr } = desk.ecp('serve', '--context', 'assistant.yaml', '--executor', 'assistant', ...desk.flags)
  expect(status).toBe(2)
  expect(stderr).toMatch(/host\.yaml:\d+:\d+.*`event`/)
  expect(stderr).toContain('did you mean `events`?')
})
