import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type Host, type HostOptions, openMachine, type Settlement } from '@ecp/host'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, onTestFinished } from 'vitest'
import { type Boundary, boundary, type Documents } from '../../../host/test/boundary.ts'
import { authzenConfiguration, metadataPath } from '../../src/api/authzen/metadata.ts'
import { createApi } from '../../src/api/create-api.ts'
import type { Caller, CallerEnv } from '../../src/http/caller.ts'
import { held } from './description.ts'

/** An answer, which the description of the API has been held against. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look at any part of an answer
  readonly body: any // reason: see the line above
}

/** The API on a loopback socket, for two clients of one machine with the witness server behind. */
export interface Served {
  readonly world: Boundary
  readonly hosts: Readonly<Record<'desk' | 'phone', Host>>
  readonly url: string
  /** The answers that were given, as the description names them. */
  readonly seen: ReadonlySet<string>
  get(path: string, as?: Who): Promise<Answered>
  post(path: string, body: unknown, as?: Who): Promise<Answered>
  send(path: string, init: RequestInit, as?: Who): Promise<Answered>
}
export type Who = 'desk' | 'phone' | 'other principal'

export interface ServedOptions extends Documents {
  readonly options?: Partial<HostOptions>
  readonly settle?: (caller: Caller, id: string, settlement: Settlement) => Promise<boolean>
}

export async function served({ options: over = {}, settle, ...documents }: ServedOptions = {}): Promise<Served> {
  const world = boundary(documents)
  const options = world.options(over)
  const machine = await openMachine({ ...options, contexts: [options] })
  onTestFinished(() => machine.close())
  const admit = (client: string, principal: string) => machine.admit({ ...options, client, principal })
  const hosts = { desk: await admit('desk', 'mira'), phone: await admit('phone', 'mira') }
  const other = await admit('desk', 'ada')
  const callers: Readonly<Record<Who, Caller>> = {
    desk: caller(hosts.desk),
    phone: caller(hosts.phone),
    'other principal': caller(other),
  }
  const log: string[] = []
  const app = new Hono<CallerEnv>()
  let url = ''
  app.get(metadataPath, (c) => c.json(authzenConfiguration(url)))
  app.use(async (c, next) => {
    c.set('caller', callers[(c.req.header('x-test-caller') ?? 'desk') as Who]) // reason: set by `send`
    await next()
  })
  app.route('/', createApi({ log: (line) => log.push(line), ...(settle ? { settle } : {}) }))
  const server: ServerType = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // reason: it listens on a port
  const seen = new Set<string>()
  const send: Served['send'] = async (path, init, as = 'desk') => {
    const headers = { ...(init.headers as Record<string, string>), 'x-test-caller': as } // reason: tests give plain objects
    const response = await fetch(url + path, { ...init, headers })
    const text = await response.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const type = response.headers.get('content-type') ?? ''
    if (path !== '/v1/openapi.json') {
      const { answer, faults } = held(init.method ?? 'GET', url + path, response.status, type, body)
      expect(faults, text.slice(0, 2_000)).toEqual([])
      if (answer) seen.add(answer)
    }
    return { status: response.status, headers: response.headers, body }
  }
  return {
    world,
    hosts,
    url,
    seen,
    send,
    get: (path, as) => send(path, {}, as),
    post: (path, body, as) =>
      send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, as),
  }
}

function caller(host: Host): Caller {
  const { client, principal } = host
  return { client, principal, executor: 'agent', names: 'prefixed', generation: '1', host }
}

/** An AuthZEN request of the caller about the witness server's tool. */
export function about(tool: string, args: object = { n: 1 }, subject: object = { type: 'client', id: 'desk' }) {
  return {
    subject,
    action: { name: 'tools/call' },
    resource: { type: 'tool', id: `witness:${tool}`, properties: { arguments: args } },
  }
}

/** A `POST /v1/actions` about the witness server's tool. */
export function call(tool: string, args: object = { n: 1 }, more: object = {}) {
  return { target: `witness:${tool}`, arguments: args, ...more }
}
