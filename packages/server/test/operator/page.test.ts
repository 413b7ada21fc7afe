import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consoleFiles } from '../../src/operator/console-files.ts'

// What a browser is given: the built page, under a policy that lets nothing else in.
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecp-console-'))
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.js'), 'not served')
  writeFileSync(join(folder, 'dist', 'index.html'), '<!doctype html><div id="root"></div>')
  writeFileSync(join(folder, 'dist', 'assets', 'index-abc.js'), 'console.log("page")'.repeat(100))
})
afterAll(() => rmSync(folder, { recursive: true }))

const ask = (path: string, headers: Record<string, string> = {}, at = join(folder, 'dist')) =>
  consoleFiles(at).request(path, { headers })

test.each(['/', '/approvals/0199-a', '/runs', '/runs/some-run', '/permissions', '/clients', '/chain', '/grants'])(
  '%s is the page, under a strict policy, never framed and never kept',
  async (path) => {
    const answer = await ask(path)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('id="root"')
    const { headers } = answer
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toMatch(/unsafe|\*|https?:|eval/)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('publickey-credentials-get=(self)')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.getSetCookie()).toEqual([])
  },
)

test('files whose names change with what they hold are kept, and come packed', async () => {
  const plain = await ask('/assets/index-abc.js')
  const text = await plain.text()
  expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(plain.headers.get('cache-control')).toContain('immutable')
  expect(plain.headers.get('content-security-policy')).toContain("default-src 'none'")
  for (const [encoding, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const packed = await ask('/assets/index-abc.js', { 'accept-encoding': encoding })
    expect(packed.headers.get('content-encoding')).toBe(encoding)
    expect(unpack(await packed.arrayBuffer()).toString()).toBe(text)
  }
})

test.each([
  '/assets/../../secret.js',
  '/assets/..%2f..%2fsecret.js',
  '/assets/%2e%2e/secret.js',
  '/secret.js',
  '/assets/',
  '/assets/none.js',
  '/assets/.hidden',
])('%s leads nowhere', async (path) => {
  expect((await ask(path)).status).toBe(404)
})

test('a page that was never built says how it is', async () => {
  const answer = await ask('/', {}, join(folder, 'nowhere'))
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('npm run build -w packages/console')
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
})
