import type { HostLayer } from '@ecp/policy'
import { parseHostConfig } from '@ecp/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { served } from '../../test/guarded.ts'
import { openIssuerFetch } from './issuer-fetch.ts'

function layer(name: HostLayer['layer'], issuer: string, more = ''): HostLayer {
  const gateway = `gateway: { issuers: { corp: { issuer: "${issuer}", audience: a, as: [{ context: c, executor: e }] } } }`
  const { document, diagnostics } = parseHostConfig(
    `version: "0.5"\n${issuer === '' ? '' : gateway}\n${more}`,
    `/${name}.yaml`,
  )
  if (!document) throw new TypeError(JSON.stringify(diagnostics))
  return { layer: name, document }
}

function opened(layers: readonly HostLayer[], name = 'corp') {
  const fetch = openIssuerFetch(layers, name)
  onTestFinished(() => fetch.close())
  return fetch
}

test('an address that the wiring of an issuer writes down is reached, and no other one that is not public', async () => {
  const here = await served((_request, response) => response.end('keys'))
  const fetch = opened([layer('user', here.url)])
  expect(await (await fetch(`${here.url}/keys`)).text()).toBe('keys')
  await expect(fetch(`http://localhost:${here.port}/keys`)).rejects.toMatchObject({
    code: 'network.refused',
    message: expect.stringMatching(/^issuer `corp` is not connected to: /),
  })
})

test('an outer layer that refuses private addresses stands above what a project writes down', async () => {
  const here = await served((_request, response) => response.end('keys'))
  const outer = layer('machine', '', 'security: { network: { allowPrivateAddresses: false } }')
  await expect(opened([outer, layer('project', here.url)])(here.url)).rejects.toMatchObject({ code: 'network.refused' })
  expect(here.connections()).toBe(0)
})

test('an issuer that is not wired is not asked', () => {
  expect(() => openIssuerFetch([layer('user', 'https://id.example')], 'other')).toThrow('issuer `other` is not wired')
})
