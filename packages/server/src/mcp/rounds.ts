import { createHash, randomBytes } from 'node:crypto'
import { HostError } from '@ecp/host'
import { canonical, type JsonObject } from '@ecp/protocol'
import { ApprovalPage, isApprovalState, otherResponses } from './approval-page.ts'
import type { Exchange } from './exchange.ts'
import type { Face } from './face.ts'
import { OpenCall, type Round } from './open-call.ts'
import { surplus } from './params.ts'
import { invalidParams } from './rpc-errors.ts'

export interface RoundsLimits {
  /** How long a call waits for its client to come back with answers, in milliseconds. */
  readonly parkMs: number
  /** How many calls of one client wait at once. */
  readonly maxParked: number
}

export const defaultRoundsLimits: RoundsLimits = { parkMs: 600_000, maxParked: 64 }

/** A request that can be answered with questions (`input_required`). */
export interface RoundRequest extends Round, Pick<Exchange, 'session'> {
  readonly method: string
  readonly params: JsonObject
  /** What the client sent back of an earlier answer (`requestState`). */
  readonly state?: unknown
}

interface Parked {
  readonly call: OpenCall
  readonly print: string
  readonly timer: NodeJS.Timeout
}

/** The methods whose results may be `input_required` (MCP 2026-07-28, basic, InputRequiredResult). */
export const roundMethods: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/**
 * Calls of one client that wait for its answers between two requests. What the client holds of one is a name that cannot be
 * guessed, good once, for the same request of the same client.
 */
export class Rounds {
  readonly #face: Face
  readonly #limits: RoundsLimits
  readonly #parked = new Map<string, Parked>()
  readonly #open = new Set<OpenCall>()

  constructor(face: Face, limits: Partial<RoundsLimits> = {}) {
    this.#face = face
    this.#limits = { ...defaultRoundsLimits, ...limits }
  }

  /** Whether nothing is in flight, and nothing waits. */
  get isIdle(): boolean {
    return this.#open.size === 0
  }

  /** The result, or an `input_required` one. Throws -32602 for a state that is not of a call that waits for this request. */
  async answer(request: RoundRequest): Promise<JsonObject> {
    const isNew = request.state === undefined || isApprovalState(request.state)
    const call = isNew ? this.#begin(request) : this.#resume(request)
    const end = await call.go(isNew ? { ...request, responses: otherResponses(request.responses) } : request)
    if (end.kind === 'done') return end.result
    if (this.#parked.size >= this.#limits.maxParked) {
      call.cancel('too many calls wait for answers of this client')
      await call.over
      throw tooMany()
    }
    return { resultType: 'input_required', inputRequests: end.requests, requestState: this.#park(call, request) }
  }

  /** Cancels everything; settles when what came of it is on record. */
  async close(): Promise<void> {
    for (const { timer } of this.#parked.values()) clearTimeout(timer)
    this.#parked.clear()
    for (const call of this.#open) call.cancel('the connection was closed')
    await Promise.all([...this.#open].map(({ over }) => over))
  }

  #begin(request: RoundRequest): OpenCall {
    const { method, params, session } = request
    const mayAsk = () => {
      if (this.#parked.size >= this.#limits.maxParked) throw tooMany()
    }
    const { host, console } = this.#face.options
    const page = ApprovalPage.for(request, console ? console() : host.gatewayUrl)
    const call = new OpenCall(request, mayAsk, (part) =>
      this.#face.answer(method, params, { ...part, session, ...(page ? { page } : {}) }),
    )
    this.#open.add(call)
    void call.over.then(() => this.#open.delete(call))
    return call
  }

  #park(call: OpenCall, request: RoundRequest): string {
    const state = randomBytes(32).toString('base64url')
    const timer = setTimeout(() => {
      this.#parked.delete(state)
      call.cancel('the client did not go on with it')
    }, this.#limits.parkMs)
    timer.unref()
    this.#parked.set(state, { call, print: fingerprint(request), timer })
    return state
  }

  #resume(request: RoundRequest): OpenCall {
    const { state } = request
    const parked = typeof state === 'string' ? this.#parked.get(state) : undefined
    // One that is asked for in other words waits on: whoever has its state may still come.
    if (typeof state !== 'string' || !parked || parked.print !== fingerprint(request)) {
      throw invalidParams('the requestState is not one of a call that waits for this request')
    }
    this.#parked.delete(state)
    clearTimeout(parked.timer)
    return parked.call
  }
}

function tooMany(): HostError {
  return new HostError('client.cannot', 'too many calls wait for answers of this client')
}

/** What has to be the same for a request to go on with a call: all that is decided and digested of it. */
function fingerprint({ method, params }: RoundRequest): string {
  const { extra = {} } = surplus(params, [])
  const parts: JsonObject = { method, extra }
  return createHash('sha256').update(textOf(parts)).digest('base64url')
}

function textOf(parts: JsonObject): string {
  try {
    return canonical(parts)
  } catch {
    return JSON.stringify(parts) // what has no canonical form is denied anyway
  }
}
