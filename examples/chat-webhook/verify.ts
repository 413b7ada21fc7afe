import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** How old or how far ahead (s) a message may be: whoever has recorded one cannot send it again later. */
const windowSeconds = 300

/**
 * Why a webhook is not to be believed; undefined for one that is (Standard Webhooks 1.0, Verifying webhook authenticity). `body`:
 * as it came, to the byte. `secret`: `whsec_` and the key in base64. `now`: milliseconds since the epoch.
 */
export function refusalOf(headers: IncomingHttpHeaders, body: string, secret: string, now: number): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') {
    return 'a header is missing'
  }
  const age = now / 1_000 - Number(timestamp)
  if (!/^\d+$/.test(timestamp) || Math.abs(age) > windowSeconds) return 'it is too old, or from the future'
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  // Without one, anybody could sign.
  if (key.length < 24) return 'there is no key to check it with'
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  // There is more than one while a key is being replaced.
  const isSigned = signatures.split(' ').some((one) => {
    const given = Buffer.from(one.startsWith('v1,') ? one.slice(3) : '', 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
  return isSigned ? undefined : 'its signature is not good'
}
