import type { HostLayer } from '@ecp/policy'
import { parseHostConfig } from '@ecp/protocol'
import { describe, expect, it } from 'vitest'
import { refuseUnsupported, unsupported } from './unsupported.ts'

const layer = (text: string, name: HostLayer['layer'] = 'user'): HostLayer => {
  const { document, diagnostics } = parseHostConfig(`version: "0.5"\n${text}`, `/${name}.yaml`)
  if (!document) throw new Error(JSON.stringify(diagnostics))
  return { layer: name, document }
}
const server = (transport: string, more = '') =>
  layer(`tools:\n  servers:\n    s:\n      transport: ${transport}\n      ${more}`)
const stdio = '{ type: stdio, command: x }'

describe('unsupported', () => {
  it.each([
    [
      '{ type: http, url: "https://a.example", oauth: { clientId: a, clientSecret: { provider: os.secrets, key: k } } }',
      '',
      /secret provider `os.secrets` \(`clientSecret` of server `s`\)/,
    ],
    [stdio, 'sandbox: required', /a sandbox \(server `s`\)/],
    [stdio, 'sandbox: { network: { allowDomains: [] } }', /a sandbox \(server `s`\)/],
    [
      stdio,
      'credentials: { bindings: [{ name: K, source: { provider: os.secrets, key: k } }] }',
      /secret provider `os.secrets` \(`K` of server `s`\)/,
    ],
    [
      stdio,
      'credentials: { bindings: [{ name: K, source: { provider: session, key: k } }] }',
      /secret provider `session`/,
    ],
  ])('refuses %s %s of a server that is needed', (transport, more, message) => {
    const layers = [server(transport, more)]
    expect(unsupported(layers, { servers: ['s', 's'] })).toEqual([
      expect.objectContaining({ code: 'unsupported', severity: 'error', message: expect.stringMatching(message) }),
    ])
    expect(unsupported(layers, { servers: [] })).toEqual([])
    expect(() => refuseUnsupported(layers, { servers: ['s'] })).toThrow(
      expect.objectContaining({ code: 'host.refused' }),
    )
  })

  it.each([
    ['[console, cli, mcp]', [/^asking the user of the connected client \(`mcp`\)/]],
    ['[cli]', [/^taking no answers from the `console`/]],
    ['[]', [/`console`/, /`cli`/]],
    ['[cli, console]', []],
  ])('channels %s', (channels, messages) => {
    const found = unsupported([layer(`gateway: { approvals: { channels: ${channels} } }`)], { servers: [] })
    expect(found.map(({ message }) => message)).toEqual(messages.map((message) => expect.stringMatching(message)))
  })

  it.each([['sandbox: preferred'], ['sandbox: "off"'], ['']])('takes a server with %j', (more) => {
    expect(unsupported([server(stdio, more)], { servers: ['s', 'other'] })).toEqual([])
  })

  it.each(['{ type: http, url: "https://a.example", oauth: {} }', '{ type: sse, url: "https://a.example" }'])(
    'takes a remote server: %s',
    (transport) => {
      expect(unsupported([server(transport)], { servers: ['s'] })).toEqual([])
    },
  )

  it('takes an external server, whose tools another program executes', () => {
    expect(unsupported([server('{ type: external }')], { servers: ['s'] })).toEqual([])
  })

  it('refuses a project server that an outer layer admits only with a sandbox', () => {
    const outer = layer('security: { tools: { allowProjectServers: sandboxed } }')
    const project = { ...server(stdio), layer: 'project' as const }
    expect(unsupported([outer, project], { servers: ['s'] })[0]?.message).toMatch(
      /allowProjectServers: sandboxed` \(\/user.yaml:2:/,
    )
    expect(unsupported([outer, project], { servers: [] })).toEqual([])
  })

  it('refuses a ledger on PostgreSQL, and plugins that are allowed and asked for', () => {
    expect(
      unsupported([layer('ledger: { postgres: { provider: process.env, key: DB } }')], { servers: [] }),
    ).toHaveLength(1)
    const install = 'plugins: { installs: { p: { source: { type: npm, spec: p }, pluginKind: logger } } }'
    const allowed = layer(`${install}\nsecurity: { plugins: { allowIds: [p] } }`)
    expect(unsupported([allowed], { servers: [], plugins: ['p', 'q'] })).toHaveLength(1)
    expect(unsupported([allowed], { servers: [] })).toEqual([])
    expect(unsupported([layer(install)], { servers: [], plugins: ['p'] })).toEqual([])
  })
})
