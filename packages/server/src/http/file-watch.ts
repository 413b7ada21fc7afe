import { stat } from 'node:fs/promises'

/** How often (ms) files are looked at: what watches a file system misses what an editor or a mounted folder does. */
const pollMs = 1_000

/** Looks whether files have changed, were made or removed. */
export class FileWatch {
  readonly #files: () => readonly string[]
  readonly #onChange: () => void
  readonly #timer: NodeJS.Timeout
  readonly #seen = new Map<string, string>()
  #isUnsettled = false

  /**
   * `onChange` is called once a change has been there for one look: not in the middle of several that belong together. The
   * list of files may grow.
   */
  constructor(files: () => readonly string[], onChange: () => void, everyMs = pollMs) {
    this.#files = files
    this.#onChange = onChange
    this.#timer = setInterval(() => void this.#look(), everyMs)
    this.#timer.unref()
    void this.#look()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    const looks = this.#files().map(async (file) => this.#isChanged(file, await markOf(file)))
    const isChanged = (await Promise.all(looks)).includes(true)
    if (isChanged) this.#isUnsettled = true
    else if (this.#isUnsettled) {
      this.#isUnsettled = false
      this.#onChange()
    }
  }

  #isChanged(file: string, now: string): boolean {
    const before = this.#seen.get(file)
    this.#seen.set(file, now)
    return before !== undefined && before !== now
  }
}

async function markOf(file: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(file)
    return [mtimeMs, ctimeMs, size, ino].join(' ')
  } catch (cause) {
    return String((cause as NodeJS.ErrnoException).code) // reason: fs throws only system errors
  }
}
