import { randomUUID } from 'node:crypto'
import type { Ledger, Letter } from '@ecp/ledger'
import type { Json } from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import { isAlive, ownerOf } from '../gate/owner.ts'
import type { Sent, WebhookEndpoint } from './endpoint.ts'
import { Failures } from './failures.ts'
import { webhookMessage } from './message.ts'
import { retryDelay, type WebhookTiming } from './timing.ts'

/** What is sent by, until the config changes. */
export interface DeliveryGround {
  readonly endpoints: readonly WebhookEndpoint[]
  readonly approvers: Approvers
  /** Where the console is: an origin. */
  readonly base: string
  redacted<T extends Json>(value: T): Promise<T>
}

export interface DeliveriesOptions {
  readonly ledger: Ledger
  /** Now. */
  ground(): DeliveryGround
  readonly timing: WebhookTiming
  /** Milliseconds since the epoch. */
  now(): number
  /** In [0, 1). */
  random(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** Attempts at one endpoint at a time: one that hangs holds up no other, and none is flooded. */
const mostInFlight = 4
/** Letters that wait for one endpoint. */
const mostWaiting = 10_000
/** How long (ms) attempts in flight may go on when everything ends. */
const endMs = 2_000
/** Beyond the time of an attempt: nobody else takes a letter while one is still writing down what became of it. */
const settleMs = 5_000

/**
 * Tells endpoints what happens to approvals, by whichever process on the ledger. Each thing at least once: it is tried again,
 * over restarts, with the same id, until the endpoint has taken it or it is too old. Never throws; goes on until it is closed.
 */
export class WebhookDeliveries {
  readonly #options: DeliveriesOptions
  readonly #failures: Failures
  readonly #inFlight = new Map<string, Set<Promise<void>>>()
  readonly #ending = new AbortController()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #isBroken = false
  #hasReleased = false
  /** This one, of those in all processes on the ledger. */
  readonly #owner = `${ownerOf(process.pid)}/${randomUUID()}`

  constructor(options: DeliveriesOptions) {
    this.#options = options
    this.#failures = new Failures(options.log, options.timing.remindMs)
    this.#timer = setInterval(() => this.#tick(), options.timing.lookMs)
    this.#tick()
  }

  /** Sends nothing new, lets attempts in flight end for a moment, and breaks off the rest: they are made again later. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    const breakOff = setTimeout(() => this.#ending.abort(), endMs)
    await Promise.all([...this.#inFlight.values()].flatMap((attempts) => [...attempts]))
    clearTimeout(breakOff)
  }

  #tick(): void {
    this.#looking ??= this.#look()
      .then(
        () => {
          this.#isBroken = false
        },
        (cause: Error) => {
          // A ledger that cannot be written is said once, not with every look.
          if (!this.#isBroken) this.#options.log(`webhooks wait: ${cause.message}`)
          this.#isBroken = true
        },
      )
      .finally(() => {
        this.#looking = undefined
      })
  }

  async #look(): Promise<void> {
    const { ledger, ground, now, timing, log } = this.#options
    const { endpoints } = ground()
    if (endpoints.length === 0) return
    const at = now()
    if (!this.#hasReleased) await ledger.outbox.release(at, isAlive)
    this.#hasReleased = true
    const wanted = endpoints.map(({ name, events }) => ({ endpoint: name, events }))
    for (const { endpoint, letters } of await ledger.outbox.collect(at, wanted, mostWaiting)) {
      log(`webhook \`${endpoint}\` is not told of ${letters} events: ${mostWaiting} wait for it already`)
    }
    for (const endpoint of endpoints) {
      const room = mostInFlight - (this.#inFlight.get(endpoint.name)?.size ?? 0)
      if (room <= 0) continue
      const until = at + timing.attemptMs + settleMs
      for (const letter of await ledger.outbox.take(at, endpoint.name, this.#owner, until, room))
        this.#start(endpoint, letter)
    }
  }

  #start(endpoint: WebhookEndpoint, letter: Letter): void {
    const attempts = this.#inFlight.get(endpoint.name) ?? new Set()
    this.#inFlight.set(endpoint.name, attempts)
    const attempt = this.#deliver(endpoint, letter)
      // It is due again when its time is over.
      .catch((cause: Error) => this.#options.log(`webhook \`${endpoint.name}\`: ${cause.message}`))
      .finally(() => attempts.delete(attempt))
    attempts.add(attempt)
  }

  async #deliver(endpoint: WebhookEndpoint, letter: Letter): Promise<void> {
    const { ledger, now, random, timing, log } = this.#options
    const { outbox } = ledger
    const giveUp = (why: string) => {
      log(
        `webhook \`${endpoint.name}\` is not told of \`${letter.record.kind}\` (${letter.record.body.approval}): ${why}`,
      )
      return outbox.settle(letter)
    }
    const over = letter.record.at + timing.giveUpMs
    if (now() >= over) return giveUp(`it happened too long ago`)
    const message = await webhookMessage(letter, { ledger, ...this.#options.ground() })
    if (!message) return giveUp('the ledger does not hold that approval')
    const sent = await this.#send(endpoint, letter, JSON.stringify(message))
    if (!this.#ending.signal.aborted) this.#failures.tell(endpoint.name, sent, now())
    switch (sent.kind) {
      case 'delivered':
        return outbox.settle(letter)
      case 'unwanted':
        return giveUp('it answered HTTP 410')
      case 'failed': {
        const dueAt = now() + retryDelay(letter.attempt, timing, random, sent.retryAfterMs)
        return dueAt >= over
          ? giveUp(`it has failed for too long: ${sent.why}`)
          : outbox.postpone(letter, this.#owner, dueAt)
      }
    }
  }

  #send(endpoint: WebhookEndpoint, { hash }: Letter, body: string): Promise<Sent> {
    const { now, timing } = this.#options
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(timing.attemptMs)])
    return endpoint.send({ id: `msg_${hash}`, at: now(), body }, signal)
  }
}
