import type { Fault } from '../ledger.ts'

/** As many are named as a person may want to read; the rest is counted. */
const most = 1_000

/** Collects what verify finds. */
export class Faults {
  readonly #list: Fault[] = []
  readonly #runs = new Set<string>()
  #more = 0

  add(run: string, seq: number, code: Fault['code'], message: string): void {
    this.#runs.add(run)
    if (this.#list.length < most) this.#list.push({ run, seq, code, message })
    else this.#more++
  }

  get none(): boolean {
    return this.#list.length === 0
  }

  /** Whether anything was found in this chain. */
  in(run: string): boolean {
    return this.#runs.has(run)
  }

  list(): readonly Fault[] {
    if (this.#more === 0) return this.#list
    const message = `${this.#more} more faults`
    return [...this.#list, { run: '', seq: 0, code: 'record-missing', message }]
  }
}
