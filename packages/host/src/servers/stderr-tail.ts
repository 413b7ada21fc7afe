import type { RedactorStream } from '../secrets/redactor.ts'

/** The last lines of a server's stderr, redacted as they arrive, so that a secret split over chunks is found too. */
export class StderrTail {
  readonly #stream: RedactorStream
  readonly #maxLines: number
  readonly #maxBytes: number
  readonly #onLine: (line: string) => void
  #lines: string[] = []
  #bytes = 0
  #open = ''
  #endsLine = false

  constructor(
    stream: RedactorStream,
    bounds: { readonly stderrLines: number; readonly stderrBytes: number },
    onLine: (line: string) => void,
  ) {
    this.#stream = stream
    this.#maxLines = bounds.stderrLines
    this.#maxBytes = bounds.stderrBytes
    this.#onLine = onLine
  }

  write(chunk: string): void {
    this.#endsLine = chunk.endsWith('\n')
    this.#take(this.#stream.write(chunk))
  }

  /** The stream ended: what was held back, because it could have become a secret, is told now. */
  end(): void {
    this.#take(`${this.#stream.end()}\n`)
  }

  /** The kept lines, oldest first; empty when there are none. A line that is whole is told even where it was held back. */
  text(): string {
    if (this.#endsLine) this.#take(this.#stream.end())
    this.#endsLine = false
    return this.#lines.join('\n')
  }

  #take(text: string): void {
    const lines = (this.#open + text).split(/\r?\n/)
    // A line without an end is cut: it was redacted before, so a cut can bare nothing.
    this.#open = (lines.pop() ?? '').slice(0, this.#maxBytes)
    for (const line of lines) this.#keep(line.slice(0, this.#maxBytes))
  }

  #keep(line: string): void {
    if (line === '') return
    this.#onLine(line)
    this.#lines.push(line)
    this.#bytes += line.length
    while (this.#lines.length > this.#maxLines || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#lines.shift()?.length ?? this.#bytes
    }
  }
}
