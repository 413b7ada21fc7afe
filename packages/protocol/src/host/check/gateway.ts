import { duplicates } from '../../context/check/scope.ts'
import type { Fault } from '../../document/diagnostic.ts'
import { quote } from '../../document/quote.ts'
import type { HostConfig } from '../config.ts'

/** That what the gateway is told to do can be told apart, and does not contradict itself. */
export function* checkGateway({ gateway }: HostConfig): Iterable<Fault> {
  yield* checkIssuers(gateway)
  yield* checkChannels(gateway)
  yield* checkRuns(gateway)
}

/** That a run's key for webhooks, and the bounds of runs, are for something. */
function* checkRuns(gateway: HostConfig['gateway']): Iterable<Fault> {
  for (const [name, { triggers, webhook }] of Object.entries(gateway?.runs ?? {})) {
    const path = ['gateway', 'runs', name]
    if (!triggers) continue
    yield* duplicates(
      'trigger',
      triggers.map((name, i) => ({ name, path: [...path, 'triggers', i] })),
    )
    const at = triggers.indexOf('webhook')
    if (at >= 0 && !webhook) {
      const message = 'a webhook starts nothing without a key that its messages are signed with'
      yield { code: 'reference', path: [...path, 'triggers', at], message, expected: ['webhook.secret beside it'] }
    }
    if (at < 0 && webhook) {
      const message = 'this key is for nothing: `triggers` does not list `webhook`'
      yield { code: 'reference', path: [...path, 'webhook'], on: 'key', message, expected: ['webhook in `triggers`'] }
    }
  }
}

/** That each issuer is wired once, in the form that RFC 8414 gives it: what is in doubt would be decided by an order. */
function* checkIssuers(gateway: HostConfig['gateway']): Iterable<Fault> {
  const known = new Map<string, string>()
  for (const [name, { issuer }] of Object.entries(gateway?.issuers ?? {})) {
    const path = ['gateway', 'issuers', name, 'issuer']
    const before = known.get(issuer)
    if (before !== undefined) {
      const message = `this issuer is wired already, as ${quote(before)}: list all audiences and entries there`
      yield { code: 'duplicate', path, message }
    }
    known.set(issuer, name)
    if (/[?#]/.test(issuer)) {
      const message = 'an issuer has neither query nor fragment (RFC 8414, section 2)'
      yield { code: 'wrong-value', path, message, expected: ['what its tokens say in `iss`'] }
    }
  }
}

/** That the channel `webhook` and the endpoints are there together: one without the other would tell nobody. */
function* checkChannels(gateway: HostConfig['gateway']): Iterable<Fault> {
  const { channels, webhooks } = gateway?.approvals ?? {}
  if (!channels) return
  const path = ['gateway', 'approvals']
  yield* duplicates(
    'channel',
    channels.map((name, i) => ({ name, path: [...path, 'channels', i] })),
  )
  const at = channels.indexOf('webhook')
  if (at >= 0 && !webhooks) {
    const message = 'the channel `webhook` has nobody to tell: no endpoint is wired in `gateway.approvals.webhooks`'
    yield { code: 'reference', path: [...path, 'channels', at], message }
  }
  if (at < 0 && webhooks) {
    const message = 'these endpoints would be told nothing: `channels` does not list `webhook`'
    yield { code: 'reference', path: [...path, 'webhooks'], on: 'key', message, expected: ['webhook in `channels`'] }
  }
}
