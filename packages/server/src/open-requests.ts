/** How many a client may send at a time beyond its bound, to say what ends some of those that are open. */
const spare = 16

/** Requests that are not answered yet, client by client: over everything that a client can come by. */
export class OpenRequests {
  /** How many one client may have. */
  readonly most: number
  readonly #counts = new Map<string, number>()

  constructor(most: number) {
    this.most = most
  }

  /** Counts one more; nothing where its client has too many. With `mayEndOthers` it may be surplus for now. */
  enter(client: string, mayEndOthers = false): OpenRequest | undefined {
    const count = (this.#counts.get(client) ?? 0) + 1
    if (count > this.most + (mayEndOthers ? spare : 0)) return undefined
    this.#counts.set(client, count)
    return new OpenRequest(count > this.most, () => {
      const left = (this.#counts.get(client) ?? 1) - 1
      if (left > 0) this.#counts.set(client, left)
      else this.#counts.delete(client)
    })
  }
}

/** One of them. */
export class OpenRequest {
  /** More than its client may have: it is refused, unless it asks for nothing (a cancellation, an answer). */
  readonly isSurplus: boolean
  readonly #leave: () => void
  #isKept = false
  #hasEnded = false

  constructor(isSurplus: boolean, leave: () => void) {
    this.isSurplus = isSurplus
    this.#leave = leave
  }

  /** It stays open until what is returned is called, whenever `end` is; further calls of that do nothing. */
  keep(): () => void {
    this.#isKept = true
    return () => this.#end()
  }

  /** It is answered, unless somebody keeps it open. */
  end(): void {
    if (!this.#isKept) this.#end()
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#leave()
  }
}
