import type { Session } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { JSONRPCRequest } from '@modelcontextprotocol/server'
import type { Face } from './face.ts'

/** How many resources one `subscriptions/listen` may be about; of more, the first are heard of. */
const maxResources = 256

export const listenMethod = 'subscriptions/listen'

/** A `subscriptions/listen` with the resources that may be listened to, and how to end what was begun for it. */
export interface Admitted {
  readonly message: JSONRPCRequest
  end(): Promise<void>
}

/**
 * The resources that clients of revision 2026-07-28 listen to. Each is decided and recorded like a read; those that are
 * not allowed are left out of what the client is told that it listens to.
 */
export class Listening {
  readonly #face: Face
  /** How many listen to the same resource for the same session: the last one to leave ends it. */
  readonly #counts = new Map<string, number>()

  constructor(face: Face) {
    this.#face = face
  }

  /** Leaves a request that is not well formed as it is: whoever serves it says so. */
  async admit(message: JSONRPCRequest, session: Session, signal: AbortSignal): Promise<Admitted> {
    const params = (message.params ?? {}) as JsonObject // reason: parsed from JSON
    const filter = isJsonObject(params.notifications) ? params.notifications : {}
    const wanted = filter.resourceSubscriptions
    if (!Array.isArray(wanted) || !wanted.every((uri) => typeof uri === 'string'))
      return { message, end: async () => {} }
    const admitted: string[] = []
    for (const uri of [...new Set(wanted)].slice(0, maxResources)) {
      if (await this.#subscribe(uri, session, signal)) admitted.push(uri)
    }
    const notifications = { ...filter, resourceSubscriptions: admitted }
    return {
      message: { ...message, params: { ...params, notifications } } as JSONRPCRequest, // reason: the same but for a list of texts
      end: async () => {
        for (const uri of admitted.splice(0)) await this.#unsubscribe(uri, session)
      },
    }
  }

  async #subscribe(uri: string, session: Session, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#face.answer('resources/subscribe', { uri }, { session, signal })
    } catch {
      return false // decided and recorded; what the client listens to says the rest
    }
    const key = keyOf(uri, session)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    return true
  }

  async #unsubscribe(uri: string, session: Session): Promise<void> {
    const key = keyOf(uri, session)
    const left = (this.#counts.get(key) ?? 1) - 1
    if (left > 0) {
      this.#counts.set(key, left)
      return
    }
    this.#counts.delete(key)
    const { signal } = new AbortController()
    await this.#face.answer('resources/unsubscribe', { uri }, { session, signal }).catch(() => undefined) // the server may be gone
  }
}

function keyOf(uri: string, { id }: Session): string {
  return `${id} ${uri}`
}
