import { createHmac, timingSafeEqual } from 'node:crypto'
import { HostError } from '../error.ts'

const prefix = 'whsec_'
/** Standard Webhooks 1.0, Signature scheme. */
const [fewestBytes, mostBytes] = [24, 64]
/** How far (s) a message's time may be from this machine's: what is older may be a message that somebody has kept. */
const toleranceS = 300
/** Signatures that are looked at in one header: a sender has few keys at a time. */
const mostSignatures = 16

/** The headers of a message of somebody else's. */
export interface SignedParts {
  readonly id: string | null
  readonly timestamp: string | null
  readonly signature: string | null
}

/** Why a message is not taken. */
export type WebhookRefusal = 'headers-missing' | 'too-old' | 'too-new' | 'signature-wrong'

/** A key that webhooks are signed with. */
export interface WebhookKey {
  /** The header `webhook-signature` for these: `v1,` and HMAC-SHA256 over `id.timestamp.body`, in base64. `timestamp` in seconds. */
  sign(id: string, timestamp: number, body: string): string
  /**
   * Why a message with these headers and this body (as the bytes that came) is not one that was signed with this key, just now;
   * `now` in milliseconds since the epoch. Compares in constant time. That a message is not taken twice is not looked at here.
   */
  refusal(parts: SignedParts, body: Uint8Array, now: number): WebhookRefusal | undefined
}

/** What of the headers can be told without the key and the body, as Standard Webhooks 1.0 has it. */
export function headerRefusal({ id, timestamp, signature }: SignedParts, now: number): WebhookRefusal | undefined {
  // A `.` in the id would let one message be read as another one.
  const isComplete = id !== null && /^[^.\s]{1,256}$/.test(id) && /^\d{1,12}$/.test(timestamp ?? '') && signature
  if (!isComplete) return 'headers-missing'
  const late = Math.floor(now / 1_000) - Number(timestamp)
  if (late > toleranceS) return 'too-old'
  return late < -toleranceS ? 'too-new' : undefined
}

/** The key in a secret's text, as Standard Webhooks 1.0 writes symmetric keys. Throws `host.refused`, and never shows it. */
export function webhookKey(secret: string, where: string): WebhookKey {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : ''
  const key = Buffer.from(encoded, 'base64')
  const isBase64 = key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '')
  if (!isBase64 || key.length < fewestBytes || key.length > mostBytes) {
    const form = `\`${prefix}\` and then ${fewestBytes} to ${mostBytes} random bytes in base64`
    throw new HostError(
      'host.refused',
      `${where} is no key for webhooks: it has to be ${form}, such as \`echo ${prefix}$(openssl rand -base64 32)\` makes`,
    )
  }
  const mac = (id: string, timestamp: string, body: string | Uint8Array) =>
    createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  return {
    sign: (id, timestamp, body) => `v1,${mac(id, String(timestamp), body).toString('base64')}`,
    refusal(parts, body, now) {
      const { id, timestamp, signature } = parts
      const refusal = headerRefusal(parts, now)
      if (refusal !== undefined || id === null || timestamp === null || signature === null) return refusal
      const wanted = mac(id, timestamp, body)
      const given = signature.split(' ').slice(0, mostSignatures)
      return given.some((one) => isSame(one, wanted)) ? undefined : 'signature-wrong'
    },
  }
}

/** Whether `v1,…` holds these bytes. Signatures of other versions are somebody else's to look at. */
function isSame(signature: string, wanted: Buffer): boolean {
  const [version, text = ''] = signature.split(',', 2)
  const given = Buffer.from(text, 'base64')
  return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted)
}
