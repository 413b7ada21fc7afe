import { expect, test } from 'vitest'
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
