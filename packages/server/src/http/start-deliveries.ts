import {
  type DeliveryGround,
  defaultWebhookTiming,
  type Machine,
  WebhookDeliveries,
  type WebhookTiming,
} from '@ecp/host'
import { consoleOrigin } from './console-origin.ts'
import type { Standing } from './standing.ts'

export interface StartDeliveriesOptions {
  /** May be another one with each message. */
  standing(): Standing
  /** Where this listens: `http://127.0.0.1:7391`. */
  readonly place: string
  readonly timing: Partial<WebhookTiming> | undefined
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** Tells the endpoints that the config wires of every approval on the ledger, until it is closed. */
export function startDeliveries({ standing, place, timing, now, log }: StartDeliveriesOptions): WebhookDeliveries {
  const ground = (): DeliveryGround => {
    const { machine, settings, webhooks, approvers } = standing()
    const redacted: Machine['redacted'] = (value) => machine.redacted(value)
    return { endpoints: webhooks, approvers, base: settings.url ?? consoleOrigin(place), redacted }
  }
  return new WebhookDeliveries({
    // Machines that follow one another stand on one ledger.
    ledger: standing().machine.ledger,
    ground,
    timing: { ...defaultWebhookTiming, ...timing },
    now,
    random: Math.random,
    log,
  })
}
