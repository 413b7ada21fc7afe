import { describe, expect, test } from 'vitest'
import { webhookKey } from './webhook-key.ts'

test('the signature is the one of the specification', () => {
  // The example of Standard Webhooks' reference libraries.
  const key = webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'the key')
  expect(key.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test.each([
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_',
  'whsec_c2hvcnQ=',
  `whsec_${Buffer.alloc(65).toString('base64')}`,
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!',
])('%s is no key, and is not shown', (secret) => {
  const made = () => webhookKey(secret, 'secret `dot.env:K`')
  expect(made).toThrow(/^secret `dot.env:K` is no key for webhooks/)
  if (secret !== 'whsec_') expect(made).not.toThrow(secret)
})

describe('a message of somebody else', () => {
  const key = webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'the key')
  const now = 1_614_265_330_000
  const body = new TextEncoder().encode('{"test": 2432232314}')
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  const parts = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', signature }

  test.each([
    ['the one of the specification', {}, undefined],
    ['one of several signatures', { signature: `v1,AAAA v1a,xyz ${signature}` }, undefined],
    ['another body', { body: new Uint8Array([1]) }, 'signature-wrong'],
    ['another id', { id: 'msg_other' }, 'signature-wrong'],
    ['another time', { timestamp: '1614265331' }, 'signature-wrong'],
    ['another version of signatures', { signature: signature.replace('v1', 'v2') }, 'signature-wrong'],
    ['half of a signature', { signature: signature.slice(0, 20) }, 'signature-wrong'],
    ['its signature after too many others', { signature: `${'v1,AAAA '.repeat(16)}${signature}` }, 'signature-wrong'],
    ['an id with a dot', { id: 'msg.p5' }, 'headers-missing'],
    ['no id', { id: null }, 'headers-missing'],
    ['no time', { timestamp: null }, 'headers-missing'],
    ['a time that is none', { timestamp: '0x60' }, 'headers-missing'],
    ['no signature', { signature: '' }, 'headers-missing'],
    ['five minutes late', { now: now + 300_999 }, undefined],
    ['later than that', { now: now + 301_000 }, 'too-old'],
    ['ahead', { now: now - 301_000 }, 'too-new'],
  ])('%s', (_, more, refusal) => {
    const given = { now, body, ...more }
    expect(key.refusal({ ...parts, ...more }, given.body, given.now)).toBe(refusal)
  })
})
