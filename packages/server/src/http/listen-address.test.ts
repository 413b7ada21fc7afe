import { expect, test } from 'vitest'
import { isLoopback, parseListenAddress } from './listen-address.ts'

test.each([
  ['127.0.0.1:7391', { host: '127.0.0.1', port: 7391 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
  ['ecp.example.com:443', { host: 'ecp.example.com', port: 443 }],
])('%s is an address', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address)
})

test.each([
  '7391',
  '127.0.0.1',
  '127.0.0.1:65536',
  '::1:7391',
  'http://127.0.0.1:7391',
  '127.0.0.1:7391/',
  ':7391',
  '',
])('`%s` is none, and the error says how to write one', (text) => {
  expect(() => parseListenAddress(text)).toThrow(/is no address to listen on; write it as `127\.0\.0\.1:7391`/)
})

test('only what no other machine can reach is loopback', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].filter((host) => !isLoopback(host))).toEqual([])
  const others = ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example', '1127.0.0.1']
  expect(others.filter(isLoopback)).toEqual([])
})
