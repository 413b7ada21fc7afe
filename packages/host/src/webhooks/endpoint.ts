import type { HostLayer } from '@ecp/policy'
import { type SecretReference, type WebhookEvent, webhookEvents } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { createGuardedFetch } from '../network/guarded-fetch.ts'
import { literalHosts, networkRules } from '../network/network-rules.ts'
import { retryAfterMs } from '../network/retry-after.ts'
import { type WebhookKey, webhookKey } from './webhook-key.ts'

/** What became of one attempt. */
export type Sent =
  | { readonly kind: 'delivered' }
  /** `retryAfterMs`: what the endpoint asks for. */
  | { readonly kind: 'failed'; readonly why: string; readonly retryAfterMs?: number }
  /** The endpoint wants nothing more of this (HTTP 410). */
  | { readonly kind: 'unwanted' }

/** An endpoint that is told of approvals, with its key. */
export interface WebhookEndpoint {
  readonly name: string
  readonly events: readonly WebhookEvent[]
  /** One attempt, signed for this moment. Never throws. */
  send(message: SignedMessage, signal: AbortSignal): Promise<Sent>
}

export interface SignedMessage {
  /** The same in each attempt. */
  readonly id: string
  /** Of the attempt, in milliseconds since the epoch: a receiver refuses what is old. */
  readonly at: number
  /** JSON. */
  readonly body: string
}

/** The host's config, and the secrets that it names. */
export interface EndpointParts {
  readonly layers: readonly HostLayer[]
  secret(reference: SecretReference): Promise<string>
}

/**
 * The endpoints that `gateway.approvals.webhooks` wires, as Standard Webhooks 1.0 has them: signed POSTs, within `security.network`
 * of all layers, without redirects. Opens no connection. Throws what is wrong with a key.
 */
export async function webhookEndpoints(parts: EndpointParts): Promise<readonly WebhookEndpoint[]> {
  const { layers, secret } = parts
  const wired = layers.flatMap((layer) =>
    Object.entries(layer.document.value.gateway?.approvals?.webhooks ?? {}).map(([name, one]) => ({
      layer,
      name,
      ...one,
    })),
  )
  const endpoints = wired.map(async ({ layer, name, url, secret: reference, events = webhookEvents }) => {
    const where = `secret \`${reference.provider}:${reference.key}\` of webhook \`${name}\``
    const key = webhookKey(await secret(reference), where)
    const connection = {
      kind: 'webhook',
      name,
      rules: networkRules(layers),
      literals: literalHosts(layers, layer, url),
    } as const
    const send: WebhookEndpoint['send'] = (message, signal) => attempt(url, key, connection, message, signal)
    return { name, events, send }
  })
  return Promise.all(endpoints)
}

async function attempt(
  url: string,
  key: WebhookKey,
  connection: Parameters<typeof createGuardedFetch>[0],
  { id, at, body }: SignedMessage,
  signal: AbortSignal,
): Promise<Sent> {
  // A connection for each attempt: there are few, and none is left open when the config changes.
  const guarded = createGuardedFetch(connection)
  const timestamp = Math.floor(at / 1_000)
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': key.sign(id, timestamp, body),
  }
  try {
    const answer = await guarded(url, { method: 'POST', headers, body, signal, carriesCredentials: true })
    await answer.body?.cancel()
    return sentBy(answer, at)
  } catch (cause) {
    return { kind: 'failed', why: whyOf(cause, connection.name) }
  } finally {
    await guarded.close()
  }
}

function sentBy({ ok, status, headers }: Response, at: number): Sent {
  if (ok) return { kind: 'delivered' }
  if (status === 410) return { kind: 'unwanted' }
  const afterMs = retryAfterMs(headers.get('retry-after'), at)
  const asked = afterMs === undefined ? {} : { retryAfterMs: afterMs }
  return { kind: 'failed', why: `it answered HTTP ${status}`, ...asked }
}

function whyOf(cause: unknown, name: string): string {
  if (cause instanceof HostError) return cause.message.replace(`webhook \`${name}\` `, 'it ')
  // The reason of a signal: a timer's, or that of whoever stops.
  return cause instanceof Error && cause.name === 'TimeoutError'
    ? 'it did not answer in time'
    : 'the attempt was broken off'
}
