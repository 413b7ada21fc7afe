import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { authorizationServer, guardedBy } from '../../host/test/authorization-server.ts'
import { type Listening, listening } from '../../host/test/listening.ts'
import { compiled, type Desk, type Ended, openDesk } from './desk.ts'
import { program } from './program.ts'

let desk: Desk
beforeEach(() => {
  desk = openDesk()
})
afterEach(() => desk[Symbol.dispose]())
const file = () => join(desk.home, '.ecp', 'oauth.json')

/** A server that asks who comes, and the one that says who it is. */
async function remote(): Promise<{
  readonly authorization: Awaited<ReturnType<typeof authorizationServer>>
  readonly resource: Listening
}> {
  const authorization = await authorizationServer()
  const guard = guardedBy(authorization, () => 'read')
  const resource = await listening((request, response) => {
    if (!guard(request, response)) response.writeHead(400).end()
  })
  onTestFinished(async () => {
    await authorization[Symbol.asyncDispose]()
    await resource[Symbol.asyncDispose]()
  })
  return { authorization, resource }
}

function config(transport: string): string {
  return desk.write('ecp.config.yaml', `version: "0.5"\ntools:\n  servers:\n    docs: { transport: ${transport} }\n`)
}

/** `ecp`, and a person who opens whatever address it prints. */
async function ecp(args: readonly string[], open = (url: string) => fetch(url)): Promise<Ended> {
  const env = { PATH: dirname(process.execPath), HOME: desk.home, USERPROFILE: desk.home, ...compiled }
  const child = spawn(process.execPath, [program, '--config', 'ecp.config.yaml', ...args], { cwd: desk.folder, env })
  const status = new Promise<number | null>((resolve) => child.once('close', resolve))
  const stdout = text(child.stdout)
  let stderr = ''
  let opened: Promise<unknown> | undefined
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
    const url = /^(https?:\S+)$/m.exec(stderr)?.[1]
    if (url && stderr.includes('waiting for')) opened ??= open(url)
  })
  const ended = { status: await status, stdout: await stdout, stderr }
  await opened
  return ended
}

test('prints an address, waits for the browser, keeps the tokens and says what it did; logout removes them', async () => {
  const { authorization, resource } = await remote()
  config(`{ type: http, url: "${resource.url}/mcp" }`)
  const pages: Response[] = []
  const { status, stdout, stderr } = await ecp(['login', 'docs'], async (url) => {
    const page = await fetch(url)
    pages.push(page)
    return page
  })
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(stdout).toMatch(
    /^signed in at docs by http:\/\/127.0.0.1:\d+, with the scope read; the token holds until .*Z and is renewed by itself\nkept in .*oauth.json\n$/,
  )
  expect(await pages[0]?.text()).toBe('Thank you. You can close this page and go back to the terminal.\n')
  const [token = '?'] = authorization.tokens.keys()
  expect(readFileSync(file(), 'utf8')).toContain(token)
  expect(stdout + stderr).not.toContain(token)

  // The same client again, where its browser comes back to the same place.
  expect((await ecp(['login', 'docs', '--json'])).status).toBe(0)
  expect(authorization.registrations).toHaveLength(1)

  expect(desk.ecp('logout', 'docs')).toMatchObject({ status: 0, stdout: expect.stringContaining('are removed') })
  expect(readFileSync(file(), 'utf8')).not.toContain('access_token')
  expect(desk.ecp('logout', 'docs', '--json').stdout).toBe('{"server":"docs","removed":false}\n')
})

test('--json says the same, without a secret', async () => {
  const { authorization, resource } = await remote()
  config(`{ type: sse, url: "${resource.url}/mcp" }`)
  const { status, stdout } = await ecp(['login', 'docs', '--json'])
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    server: 'docs',
    url: `${resource.url}/mcp`,
    issuer: authorization.url,
    scope: 'read',
    expiresAt: expect.any(Number),
    renewable: true,
    file: file(),
  })
})

test('nobody comes: it ends in time, and keeps nothing', async () => {
  const { resource } = await remote()
  config(`{ type: http, url: "${resource.url}/mcp" }`)
  const { status, stderr } = await ecp(['login', 'docs', '--timeout', '1'], async () => new Response())
  expect(status).toBe(1)
  expect(stderr).toContain('nobody has signed in within 1 s')
  expect(existsSync(file())).toBe(false)
})

test('what cannot be signed in at is refused by name', async () => {
  const open = await listening((_request, response) => response.writeHead(404).end())
  onTestFinished(() => open[Symbol.asyncDispose]())
  const url = `url: "${open.url}/mcp"`
  for (const [transport, server, message] of [
    [`{ type: http, ${url} }`, 'other', /server `other` is not wired; wired are: `docs`/],
    ['{ type: stdio, command: x }', 'docs', /is not reached over HTTP/],
    [`{ type: http, ${url}, headers: { authorization: x } }`, 'docs', /gets an `authorization` header/],
    [`{ type: http, ${url} }`, 'docs', /does not ask anybody to sign in \(it answered with HTTP 404\)/],
  ] as const) {
    config(transport)
    const { status, stderr } = await ecp(['login', server, '--timeout', '1'])
    expect(stderr).toMatch(message)
    expect(status).toBe(3)
  }
  expect((await ecp(['login', 'docs', '--timeout', 'soon'])).status).toBe(2)
  expect((await ecp(['login', 'docs', '--port', '0'])).status).toBe(2)
})

test('a project that nobody trusts signs nobody in', async () => {
  const { resource } = await remote()
  const client = '{ clientId: a, clientSecret: { provider: process.env, key: HOME } }'
  config(`{ type: http, url: "${resource.url}/mcp", oauth: ${client} }`)
  expect(desk.ecp('login', 'docs').status).toBe(3)
  // What it would be given is shown to whoever is asked.
  expect(desk.ecp('trust').stderr).toContain(`starts docs: ${resource.url}/mcp, given process.env:HOME`)
  expect(resource.seen).toEqual([])
})
