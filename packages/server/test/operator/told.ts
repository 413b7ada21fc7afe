import type { OperatorEvents } from '@ecp/protocol'

type Told = {
  [K in keyof OperatorEvents]: { readonly event: K; readonly data: OperatorEvents[K]; readonly at: number }
}[keyof OperatorEvents]

/** What a page is told, as it comes. */
export class ToldEvents {
  readonly told: Told[] = []
  /** Settles when the stream has ended. */
  readonly over: Promise<void>
  readonly #waiting = new Set<() => void>()

  constructor(answer: Response) {
    this.over = this.#read(answer)
  }

  /** The first event that fits, of those that have come and will. Rejects when the stream ends before. */
  async first(fits: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.told.find(fits)
      if (found) return found
      const next = new Promise<void>((resolve) => this.#waiting.add(resolve))
      await Promise.race([
        next,
        this.over.then(() => {
          throw new TypeError(`the stream ended: ${JSON.stringify(this.told)}`)
        }),
      ])
    }
  }

  async #read(answer: Response): Promise<void> {
    let rest = ''
    for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
        if (event === undefined) continue
        this.told.push({ event, data: JSON.parse(data ?? ''), at: Date.now() } as Told) // reason: looked at by the tests
      }
      for (const wake of this.#waiting) wake()
      this.#waiting.clear()
    }
  }
}
