import type { HostLayer } from '@ecp/policy'
import { parseHostConfig } from '@ecp/protocol'
import { describe, expect, it } from 'vitest'
import { fitsDomain, literalHosts, networkRules } from './network-rules.ts'

const layer = (name: HostLayer['layer'], network?: string): HostLayer => {
  const text = `version: "0.5"\n${network === undefined ? '' : `security:\n  network: ${network}\n`}`
  const { document, diagnostics } = parseHostConfig(text, `/${name}.yaml`)
  if (!document) throw new Error(JSON.stringify(diagnostics))
  return { layer: name, document }
}

describe('networkRules', () => {
  it.each<[string, readonly HostLayer[], RegExp | undefined]>([
    ['no layer names it', [layer('user')], /no layer sets `security.network.allowPrivateAddresses`/],
    ['the only one that names it allows it', [layer('user', '{ allowPrivateAddresses: true }')], undefined],
    [
      'an outer layer does not name it',
      [layer('machine'), layer('user', '{ allowPrivateAddresses: true }')],
      undefined,
    ],
    [
      'one layer names it and does not set it',
      [layer('machine', '{ allowDomains: [a.test] }'), layer('user', '{ allowPrivateAddresses: true }')],
      /`security.network` \(\/machine.yaml:3:3\) does not set `allowPrivateAddresses`/,
    ],
    [
      'the inner layer takes it back',
      [layer('user', '{ allowPrivateAddresses: true }'), layer('project', '{ allowPrivateAddresses: false }')],
      /\(\/project.yaml:3:\d+\) is false/,
    ],
    [
      'all layers agree',
      [layer('user', '{ allowPrivateAddresses: true }'), layer('project', '{ allowPrivateAddresses: true }')],
      undefined,
    ],
  ])('private addresses: %s', (_, layers, refusal) => {
    const { privateRefusal } = networkRules(layers)
    if (refusal) expect(privateRefusal).toMatch(refusal)
    else expect(privateRefusal).toBeUndefined()
  })

  it('a host must fit the list of each layer that has one, and an empty list fits nothing', () => {
    const layers = [layer('machine', '{ allowDomains: [] }'), layer('user', '{ allowPrivateAddresses: false }')]
    expect(networkRules(layers).domains).toEqual([{ patterns: [], place: '/machine.yaml:3:28' }])
  })
})

describe('literalHosts', () => {
  const user = layer('user')
  it.each([
    ['http://127.0.0.1:3000/mcp', ['127.0.0.1']],
    ['http://[::1]:3000/mcp', ['::1']],
    ['http://LOCALHOST./mcp', ['localhost']],
    ['http://api.localhost/mcp', ['api.localhost']],
    ['https://10.1.2.3/mcp', ['10.1.2.3']],
    ['https://0x7f.1/mcp', ['127.0.0.1']],
    ['https://example.com/mcp', []],
    ['https://localhost.example.com/mcp', []],
  ])('%s: %j', (url, hosts) => {
    expect(literalHosts([user], user, url)).toEqual(hosts)
  })

  it('counts for nothing where a layer further out refuses private addresses by name', () => {
    const refusing = layer('machine', '{ allowPrivateAddresses: false }')
    const silent = layer('machine', '{ allowDomains: [localhost] }')
    const below = layer('user', '{ allowPrivateAddresses: false }')
    expect(literalHosts([refusing, user], user, 'http://127.0.0.1/')).toEqual([])
    expect(literalHosts([silent, user], user, 'http://127.0.0.1/')).toEqual(['127.0.0.1'])
    expect(literalHosts([below], below, 'http://127.0.0.1/')).toEqual(['127.0.0.1'])
  })
})

describe('fitsDomain', () => {
  it.each([
    ['api.example.com', 'api.example.com', true],
    ['api.example.com', 'API.Example.com', true],
    ['api.example.com', '*.example.com', true],
    ['a.b.example.com', '*.example.com', true],
    ['example.com', '*.example.com', false],
    ['.example.com', '*.example.com', false],
    ['badexample.com', '*.example.com', false],
    ['api.example.com.evil.test', 'api.example.com', false],
    ['127.0.0.1', '127.0.0.1', true],
  ])('%s, %s: %s', (host, pattern, fits) => {
    expect(fitsDomain(host, [pattern])).toBe(fits)
    expect(fitsDomain(host, [])).toBe(false)
  })
})
