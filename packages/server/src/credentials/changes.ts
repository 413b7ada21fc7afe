export type ChangeListener = (client: string) => void

/** Who wants to know that what a client may do has changed or is over. */
export class Changes {
  readonly #listeners = new Set<ChangeListener>()
  readonly #log: (message: string) => void

  constructor(log: (message: string) => void) {
    this.#log = log
  }

  /** Returns how to stop listening. */
  on(listener: ChangeListener): () => void {
    // One that is given twice is called twice, and stops twice.
    const own: ChangeListener = (client) => listener(client)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(client: string): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(client)
      } catch (cause) {
        // Whoever else listens has to hear of it.
        this.#log(`a change of a client was not taken in: ${(cause as Error).message}`) // reason: nothing but Errors is thrown here
      }
    }
  }
}
