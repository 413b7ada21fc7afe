import { createHmac } from 'node:crypto'
import { HostError } from '../error.ts'

const prefix = 'whsec_'
/** Standard Webhooks 1.0, Signature scheme. */
const [fewestBytes, mostBytes] = [24, 64]

/** A key that webhooks are signed with. */
export interface WebhookKey {
  /** The header `webhook-signature` for these: `v1,` and HMAC-SHA256 over `id.timestamp.body`, in base64. `timestamp` in seconds. */
  sign(id: string, timestamp: number, body: string): string
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
  return {
    sign: (id, timestamp, body) =>
      `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  }
}
