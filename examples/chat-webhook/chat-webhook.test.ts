import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { chatText } from './chat-text.ts'
import { refusalOf } from './verify.ts'

const here = import.meta.dirname
const program = join(here, '..', '..', 'packages', 'cli', 'bin', 'ecp.js')
const server = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
const key = Buffer.alloc(32, 9)
const secret = `whsec_${key.toString('base64')}`

describe('verify', () => {
  const now = 1_800_000_000_000
  const body = '{"type":"approval.requested"}'
  const headersAt = (at: number, id = 'msg_1', signed = body) => {
    const timestamp = String(Math.floor(at / 1_000))
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${signed}`).digest('base64')
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  }
  const good = headersAt(now)

  test('takes what is signed and new, also beside the signature of another key', () => {
    expect(refusalOf(good, body, secret, now + 299_000)).toBeUndefined()
    const two = { ...good, 'webhook-signature': `v1,AAAA ${good['webhook-signature']}` }
    expect(refusalOf(two, body, secret, now)).toBeUndefined()
  })

  test.each([
    ['another body', good, `${body} `, /signature/],
    ['another id', { ...good, 'webhook-id': 'msg_2' }, body, /signature/],
    ['another time', { ...good, 'webhook-timestamp': headersAt(now - 9_000)['webhook-timestamp'] }, body, /signature/],
    [
      'another version of signatures',
      { ...good, 'webhook-signature': `v1a${good['webhook-signature'].slice(2)}` },
      body,
      /signature/,
    ],
    ['no signature', { ...good, 'webhook-signature': '' }, body, /signature/],
    ['no header', {}, body, /missing/],
    ['an old message', headersAt(now - 301_000), body, /old/],
    ['one from the future', headersAt(now + 301_000), body, /future/],
    ['a time that is none', { ...good, 'webhook-timestamp': 'now' }, body, /old/],
  ])('refuses %s', (_, headers, sent, why) => {
    expect(refusalOf(headers, sent, secret, now)).toMatch(why)
  })

  test('refuses everything where it has no key: anybody could sign with none', () => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp } = good
    const forged = createHmac('sha256', '').update(`${id}.${timestamp}.${body}`).digest('base64')
    expect(refusalOf({ ...good, 'webhook-signature': `v1,${forged}` }, body, '', now)).toMatch(/no key/)
  })

  test('refuses what another key has signed', () => {
    expect(refusalOf(good, body, `whsec_${Buffer.alloc(32, 8).toString('base64')}`, now)).toMatch(/signature/)
  })
})

test('what an agent wrote is text in the chat', () => {
  const said = chatText({
    type: 'approval.requested',
    data: {
      kind: 'hold',
      url: 'http://localhost:7391/approvals/1',
      target: 'files:write_file',
      client: '<!channel>',
      executor: 'assistant',
      expiresAt: 'tomorrow',
      reasons: [{ message: 'because of `<https://evil.example|this>`' }],
      arguments: { text: '{"a":"``` <!here> &"}', bytes: 5_000, isCut: true },
    },
  })
  expect(said).not.toMatch(/<[!h]/)
  expect(said).toContain(`\`\`\`{"a":"''' &lt;!here&gt; &amp;"}\`\`\``)
  expect(said).toContain('_cut: all 5000 bytes are at the link_')
})

test.each([
  ['approve', 'Answered by ada: question of `review`'],
  ['deny', 'Denied by ada: question of `review`'],
])('a question is told as one, and that somebody said %s', (answer, words) => {
  const data = { kind: 'question', url: 'http://localhost:7391/approvals/1', target: 'review', executor: 'review' }
  const answered = { ...data, expiresAt: 'tomorrow', reasons: [], answer: { answer, by: 'ada', counts: true } }
  expect(chatText({ type: 'approval.answered', data: answered })).toContain(words)
})

describe('with a real `ecp serve`', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-chat-')))
  const [home, folder, settings] = ['home', 'folder', 'settings'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ] // reason: there are three
  for (const path of [home, folder, settings]) mkdirSync(path)
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const environment = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: home }
  const flags = ['--config', 'ecp.config.yaml']

  test('a held call of an MCP client is told in the chat; a person approves it, and it is done', async () => {
    const chat = await startChat()
    const { port } = await start([join(here, 'receiver.ts')], { WEBHOOK_SECRET: secret, CHAT_URL: chat.url, PORT: '0' })
    writeFileSync(join(settings, '.env'), `WEBHOOK_SECRET=${secret}\n`, { mode: 0o600 })
    writeFileSync(join(settings, 'ecp.config.yaml'), configFor(port))
    writeFileSync(join(settings, 'assistant.yaml'), readFileSync(join(here, 'assistant.yaml')))
    const token = ecp('clients', 'add', 'agent', '--context', 'assistant.yaml', '--executor', 'assistant')
    const { url } = await start([program, 'serve', ...flags, '--listen', '127.0.0.1:0', '--json'], {})
    const client = new Client({ name: 'test', version: '1.0.0' })
    const headers = { authorization: `Bearer ${token}` }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }))
    onTestFinished(() => client.close())

    const file = join(folder, 'plan.txt')
    const written = client.callTool(
      { name: 'files__write_file', arguments: { path: file, content: 'a <plan>\u202e' } },
      { timeout: 210_000 },
    )
    const [asked] = await chat.says(1)
    const id = /approvals\/([0-9a-f-]{36})$/.exec(asked ?? '')?.[1] ?? ''
    expect(asked).toContain('*Somebody has to answer: held call of `files:write_file`*')
    expect(asked).toContain('asked by agent (assistant), open until ')
    expect(asked).toContain('"content":"a &lt;plan&gt;\\u{202e}"')
    expect(asked).toContain(`${new URL(url).port}/approvals/${id}`)
    ecp('approvals', 'approve', id, '--note', 'go ahead')
    const [, answered] = await chat.says(2)
    expect(answered).toMatch(/^Approved by .+ \(“go ahead”\): held call of `files:write_file`/)
    expect((await written).isError).toBeFalsy()
    expect(readFileSync(file, 'utf8')).toBe('a <plan>\u202e')

    // Whoever cannot sign is not heard.
    const forged = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: {
        'webhook-id': 'x',
        'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
        'webhook-signature': 'v1,AAAA',
      },
      body: '{}',
    })
    expect(forged.status).toBe(401)
    expect(chat.texts).toHaveLength(2)
  })

  function configFor(port: number): string {
    const config = parse(readFileSync(join(here, 'ecp.config.yaml'), 'utf8'))
    config.tools.servers.files.transport = { type: 'stdio', command: process.execPath, args: [server, folder] }
    // However long the person of this test needs.
    config.gateway.approvals.wait = '200s'
    config.gateway.approvals.webhooks.chat.url = `http://127.0.0.1:${port}/`
    return stringify(config)
  }

  function ecp(...args: string[]): string {
    const options = { cwd: settings, env: environment, encoding: 'utf8' } as const
    const ended = spawnSync(process.execPath, [program, ...args, ...flags], options)
    expect(ended.status, ended.stderr).toBe(0)
    return ended.stdout.trim()
  }

  /** Starts a program that says in one line of JSON where it listens. */
  async function start(args: readonly string[], env: Readonly<Record<string, string>>) {
    const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, args, {
      cwd: settings,
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    })
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
    return JSON.parse(String(line))
  }
})

/** A chat system that takes `{text}`. */
async function startChat() {
  const texts: string[] = []
  const chat = createServer((request, response) => {
    text(request).then(
      (body) => {
        texts.push(JSON.parse(body).text)
        response.writeHead(200).end('ok')
      },
      () => response.destroy(),
    )
  })
  chat.listen(0, '127.0.0.1')
  await once(chat, 'listening')
  onTestFinished(() => {
    chat.closeAllConnections()
    chat.close()
  })
  const address = chat.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    texts,
    url: `http://127.0.0.1:${port}/incoming`,
    async says(count: number): Promise<readonly string[]> {
      await expect.poll(() => texts.length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(count)
      return texts
    },
  }
}
