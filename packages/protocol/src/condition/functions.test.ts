import { expect, test } from 'vitest'
import { host } from './host.ts'
import { within } from './within.ts'

test.each([
  ['/srv/out/a', '/srv/out', true],
  ['/srv/out', '/srv/out', true],
  ['/srv/out/', '/srv/out', true],
  ['/srv/out/./a//b', '/srv/out/', true],
  ['/srv/out/../out/a', '/srv/out', true],
  ['/srv/outside', '/srv/out', false],
  ['/srv/out/../in', '/srv/out', false],
  ['/srv/out/../../etc', '/srv/out', false],
  ['/../srv/out', '/srv/out', false],
  ['srv/out', '/srv/out', false],
  ['../srv/out', '/', false],
  ['/anything', '/', true],
  ['/srv/out/a', 'srv/out', false],
  ['/SRV/out/a', '/srv/out', false],
  ['/srv/out/\0', '/srv/out', false],
  ['/srv/out\\..\\..\\etc', '/srv/out', false],
  ['', '/srv', false],
])('within(`%s`, `%s`) is %s', (path, directory, wanted) => {
  expect(within(path, directory)).toBe(wanted)
})

test.each([
  ['https://Example.com/x', 'example.com'],
  ['https://example.com:8443', 'example.com'],
  ['https://example.com.', 'example.com'],
  ['https://user@example.com', ''],
  ['https://@example.com', ''],
  ['https://trusted.example@evil.example/', ''],
  ['https://example.com/@user', 'example.com'],
  ['http://[::1]:80/', '[::1]'],
  ['http://0x7f.1/', '127.0.0.1'],
  ['https:\\\\example.com', ''],
  [' https://example.com', ''],
  ['https://exa\nmple.com', ''],
  ['//example.com', ''],
  ['example.com', ''],
  ['', ''],
])('host(`%s`) is `%s`', (url, wanted) => {
  expect(host(url)).toBe(wanted)
})
