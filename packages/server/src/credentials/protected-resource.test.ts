import { expect, test } from 'vitest'
import { protectedResource } from './protected-resource.ts'

test('RFC 9728: the metadata stands at the well-known path with that of the resource after it', () => {
  const { path, metadata, challenge } = protectedResource(new URL('https://ecp.example:7391/mcp?a#b'), [
    'https://id.example',
  ])
  expect(path).toBe('/.well-known/oauth-protected-resource/mcp')
  expect(metadata).toEqual({
    resource: 'https://ecp.example:7391/mcp',
    authorization_servers: ['https://id.example'],
    bearer_methods_supported: ['header'],
  })
  const at = 'resource_metadata="https://ecp.example:7391/.well-known/oauth-protected-resource/mcp"'
  expect(challenge('missing')).toBe(`Bearer ${at}`)
  expect(challenge('refused')).toBe(`Bearer error="invalid_token", ${at}`)
})

test('a resource without a path, and without an authorization server', () => {
  const { path, metadata } = protectedResource(new URL('http://127.0.0.1:7391'), [])
  expect(path).toBe('/.well-known/oauth-protected-resource')
  expect(metadata).toEqual({ resource: 'http://127.0.0.1:7391', bearer_methods_supported: ['header'] })
})

test('nothing in a URL ends the quoted text', () => {
  const { challenge } = protectedResource(new URL('https://ecp.example/a"b\\c'), [])
  expect(challenge('missing')).toBe(
    'Bearer resource_metadata="https://ecp.example/.well-known/oauth-protected-resource/a%22b/c"',
  )
})
