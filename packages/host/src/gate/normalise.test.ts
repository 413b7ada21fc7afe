import { digestOf } from '@ecp/ledger'
import type { ActionKind, Json, JsonObject } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../secrets/redaction.ts'
import { normalise } from './normalise.ts'

const place = {
  id: '0190-1',
  run: 'run-1',
  principal: 'ada',
  context: { name: 'c', version: '1.0.0', digest: 'd' },
  at: 1_000,
}
const secret = 'correct-horse-battery'

function normalised(args: Json, target = 'files:read', kind: ActionKind = 'tool.call') {
  const redactor = createRedactor()
  redactor.learn({ provider: 'process.env', key: 'TOKEN' }, secret)
  const request = { kind, target, arguments: args, executor: 'a', origin: 'gateway' } as const
  return normalise(request, place, redactor)
}

describe('an action as it is decided and recorded', () => {
  test('its digest is over kind, target and arguments, whatever the order of their keys', () => {
    const one = normalised({ b: 1, a: 'x' })
    expect(one.digest).toBe(digestOf({ kind: 'tool.call', target: 'files:read', arguments: { a: 'x', b: 1 } }))
    expect(normalised({ a: 'x', b: 1 }).digest).toBe(one.digest)
    expect(normalised({ a: 'x', b: 2 }).digest).not.toBe(one.digest)
    expect(normalised({ a: 'x', b: 1 }, 'files:write').digest).not.toBe(one.digest)
  })

  test('a secret value is replaced by its name before the digest is taken', () => {
    const action = normalised({ url: `https://host/?t=${secret}`, [secret]: Buffer.from(secret).toString('base64') })
    expect(JSON.stringify(action)).not.toContain(secret)
    expect(action.arguments).toEqual({
      url: 'https://host/?t=[secret:process.env:TOKEN]',
      '[secret:process.env:TOKEN]': '[secret:process.env:TOKEN]',
    })
    expect(action.digest).toBe(digestOf({ kind: 'tool.call', target: 'files:read', arguments: action.arguments }))
  })

  test('what it holds is a copy: changing the caller’s object afterwards changes nothing', () => {
    const args = { path: '/allowed' }
    const action = normalised(args)
    args.path = '/etc/shadow'
    expect(action.arguments).toEqual({ path: '/allowed' })
  })

  test('arguments over 1 MB are measured and left out', () => {
    const action = normalised({ text: 'x'.repeat(1_000_001) })
    expect(action.size).toBe(1_000_012)
    expect(action.arguments).toBeNull()
  })

  test('a model turn may be as long as what models read, up to 4 MB', () => {
    const text = 'x'.repeat(3_999_989)
    expect(normalised({ text }, 'local/m', 'model.generate').arguments).toEqual({ text })
    const more = normalised({ text: `${text}x` }, 'local/m', 'model.generate')
    expect([more.size, more.arguments]).toEqual([4_000_001, null])
  })

  test.each([
    ['an unpaired surrogate', () => ({ text: '\ud800' })],
    ['a number that JSON does not have', () => ({ n: Number.NaN })],
    ['nesting without end', () => nested(200_000)],
  ])('%s becomes null, which no schema takes', (_what, args) => {
    expect(normalised(args() as Json).arguments).toBeNull() // reason: what comes over a wire need not be Json
  })

  test('a target is cut, and made well formed', () => {
    expect(normalised({}, `files:${'x'.repeat(1_000)}`).target.length).toBe(400)
    expect(normalised({}, 'files:\ud800').target).toBe('files:\ufffd')
  })
})

function nested(depth: number): Json {
  let value: Json = 'deep'
  for (let i = 0; i < depth; i += 1) value = [value]
  return value
}

describe('what else a request holds', () => {
  const of = (extra?: JsonObject, args: Json = { a: 1 }) => {
    const redactor = createRedactor()
    redactor.learn({ provider: 'process.env', key: 'TOKEN' }, secret)
    const request = {
      kind: 'tool.call',
      target: 'files:read',
      arguments: args,
      executor: 'a',
      origin: 'gateway',
    } as const
    return normalise({ ...request, ...(extra ? { extra } : {}) }, place, redactor)
  }

  test('is part of the action and of its digest; nothing is nothing', () => {
    const action = of({ task: { ttl: 1 } })
    expect(action.extra).toEqual({ task: { ttl: 1 } })
    expect(action.digest).toBe(
      digestOf({ kind: 'tool.call', target: 'files:read', arguments: { a: 1 }, extra: { task: { ttl: 1 } } }),
    )
    expect(of({})).toEqual(of())
    expect(of().extra).toBeUndefined()
  })

  test('is redacted like the arguments', () => {
    expect(of({ _meta: { note: secret } }).extra).toEqual({ _meta: { note: '[secret:process.env:TOKEN]' } })
  })

  test('counts for the size; too much of it leaves nothing but a size that is denied', () => {
    const action = of({ _meta: { note: 'x'.repeat(999_990) } })
    expect(action.size).toBeGreaterThan(1_000_000)
    expect([action.arguments, action.extra]).toEqual([null, undefined])
    expect(of({ note: nested(200) }).size).toBeGreaterThan(1_000_000)
    expect(of({ note: '\ud800' }).size).toBeGreaterThan(1_000_000)
  })
})
