import { describe, expect, test } from 'vitest'
import { frontOf, socketFront } from './front.ts'

const ask = (host: string, headers: Readonly<Record<string, string>> = {}, path = '/mcp') =>
  new Request(`http://127.0.0.1:7391${path}`, { headers: { host, ...headers } })
const local = frontOf({ listen: { host: '127.0.0.1', port: 7391 }, hosts: ['ecp.example.com'], origins: [] })
const open = frontOf({ listen: { host: '0.0.0.0', port: 7391 }, hosts: ['ecp.example.com'], origins: [] })

describe('the name that is asked for (DNS rebinding)', () => {
  test.each([
    '127.0.0.1:7391',
    'localhost:7391',
    'localhost',
    '[::1]:7391',
    'LOCALHOST:80',
    'ecp.example.com',
    'localhost.',
  ])('%s is ours on this machine', (host) => {
    expect(local(ask(host))).toBeUndefined()
  })

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.7', '', 'a:b:c', '[::1'])(
    '%s is not',
    (host) => {
      expect(local(ask(host))).toMatchObject({ status: 421, code: 'http.host-not-allowed' })
    },
  )

  test('where it can be reached from elsewhere, an address is no name that could be rebound', () => {
    expect(open(ask('10.0.0.7:7391'))).toBeUndefined()
    expect(open(ask('[fd00::7]:7391'))).toBeUndefined()
    expect(open(ask('ecp.example.com'))).toBeUndefined()
    expect(open(ask('localhost'))).toBeUndefined()
    const elsewhere = frontOf({ listen: { host: '10.0.0.7', port: 7391 }, hosts: [], origins: [] })
    expect(elsewhere(ask('localhost'))).toMatchObject({ status: 421 })
    expect(open(ask('evil.example'))).toMatchObject({ status: 421 })
  })
})

describe('the page that asks', () => {
  const allowing = frontOf({
    listen: { host: '127.0.0.1', port: 7391 },
    hosts: [],
    origins: ['https://app.example.com'],
  })

  test.each(['https://evil.example', 'http://localhost:9999', 'null', 'http://127.0.0.1.evil.example:7391', 'file://'])(
    '%s may not',
    (origin) => {
      expect(allowing(ask('localhost:7391', { origin }))).toMatchObject({
        status: 403,
        code: 'http.origin-not-allowed',
      })
    },
  )

  test.each(['https://app.example.com', 'HTTPS://APP.example.com', 'http://localhost:7391'])('%s may', (origin) => {
    expect(allowing(ask('localhost:7391', { origin }))).toBeUndefined()
  })
})

describe('tokens in an address', () => {
  test.each(['access_token', 'token', 'Access_Token', 'authorization', 'api_key'])('%s is refused', (name) => {
    const refusal = { status: 400, code: 'http.token-in-query' }
    expect(local(ask('localhost', {}, `/mcp?a=1&${name}=ecp_secret`))).toMatchObject(refusal)
    expect(socketFront(ask('anything', {}, `/mcp?${name}=ecp_secret`))).toMatchObject(refusal)
  })

  test('what is no token passes', () => {
    expect(local(ask('localhost', {}, '/v1/runs?limit=2'))).toBeUndefined()
    expect(socketFront(ask('anything'))).toBeUndefined()
  })
})
