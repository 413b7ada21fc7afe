import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type Streams, terminalOf } from './terminal.ts'

function streams(columns: number, env: Streams['env'] = {}) {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24, hasColors: () => false })
  const stdout = new PassThrough()
  // reason: what a terminal of a process has, as far as it is used here
  const terminal = terminalOf({ stdin: process.stdin, stdout, stderr, env } as unknown as Streams)
  return { terminal, stderr, written: () => String(stderr.read() ?? '') }
}

test('lines are drawn in place of those before them, and go when something else is said', () => {
  const { terminal, written } = streams(80)
  terminal.progress(['one', 'two', 'three'])
  expect(written()).toBe('one\ntwo\nthree')
  terminal.progress(['four'])
  expect(written()).toBe('\r\u001b[2A\u001b[0Jfour')
  terminal.err('said')
  expect(written()).toBe('\r\u001b[0Jsaid\n')
  terminal.progress('')
  expect(written()).toBe('')
})

test('where the terminal was made narrower meanwhile, the rows that the lines take now are removed', () => {
  const { terminal, stderr, written } = streams(80)
  terminal.progress(['x'.repeat(70), 'y'])
  written()
  stderr.columns = 40
  terminal.progress('')
  expect(written()).toBe('\r\u001b[2A\u001b[0J')
})

test('a terminal that cannot move its cursor has nothing drawn on it', () => {
  const { terminal, written } = streams(80, { TERM: 'dumb' })
  expect(terminal.screen()).toBeUndefined()
  terminal.progress('one')
  expect(written()).toBe('')
})
