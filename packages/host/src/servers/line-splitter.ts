/**
 * Cuts a byte stream into lines (without `\n`) and never holds more than `maxBytes` and one chunk: a longer line ends in
 * `onTooLong`, once, and everything after it is dropped.
 */
export class LineSplitter {
  readonly #maxBytes: number
  readonly #onLine: (line: Buffer) => void
  readonly #onTooLong: () => void
  #held: Buffer[] = []
  #heldBytes = 0
  #ended = false

  constructor(maxBytes: number, onLine: (line: Buffer) => void, onTooLong: () => void) {
    this.#maxBytes = maxBytes
    this.#onLine = onLine
    this.#onTooLong = onTooLong
  }

  /** Takes the next chunk. Lines are handed out before this returns. */
  write(chunk: Buffer): void {
    let from = 0
    while (!this.#ended) {
      const end = chunk.indexOf(0x0a, from)
      const part = chunk.subarray(from, end < 0 ? chunk.length : end)
      if (this.#heldBytes + part.length > this.#maxBytes) {
        this.stop()
        this.#onTooLong()
        return
      }
      if (end < 0) {
        this.#hold(part)
        return
      }
      const line = this.#held.length === 0 ? part : Buffer.concat([...this.#held, part])
      this.#held = []
      this.#heldBytes = 0
      from = end + 1
      this.#onLine(line)
    }
  }

  /** Forgets what it holds; further chunks are dropped. */
  stop(): void {
    this.#ended = true
    this.#held = []
    this.#heldBytes = 0
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return
    // Joined now and then, so that a line sent byte by byte does not become a million buffers.
    this.#held.push(part)
    this.#heldBytes += part.length
    if (this.#held.length >= 1_024) this.#held = [Buffer.concat(this.#held)]
  }
}
