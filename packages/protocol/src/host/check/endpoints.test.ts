import { expect, test } from 'vitest'
import { parseHostConfig } from '../parse.ts'

const key = 'source: { provider: process.env, key: K }'
const faults = (bindings: string) =>
  parseHostConfig(
    `version: "0.5"
agents:
  endpoints:
    plain: https://a.example
    reviewer: { url: "https://b.example", credentials: { bindings: [${bindings}] } }
`,
    'ecp.config.yaml',
  ).diagnostics.map(({ code, message }) => `${code} ${message}`)

test.each<[string, string, RegExp]>([
  [
    'by the environment',
    `{ name: K, ${key}, delivery: env }`,
    /^wrong-value an agent elsewhere gets no secret by `env`/,
  ],
  [
    'as a header of the connection',
    `{ name: Host, ${key} }`,
    /^wrong-value header `Host` is set by the connection itself/,
  ],
  ['as a header of the protocol', `{ name: A2A-Version, ${key} }`, /^wrong-value header `A2A-Version` is set/],
  ['twice', `{ name: x-key, ${key} }, { name: X-Key, ${key} }`, /^duplicate /],
])('a secret that an agent cannot be sent so is refused: %s', (_, bindings, message) => {
  expect(faults(bindings)).toEqual([expect.stringMatching(message)])
})

test('a secret goes as a header', () => {
  expect(faults(`{ name: authorization, ${key} }, { name: x-key, ${key}, delivery: header }`)).toEqual([])
})
