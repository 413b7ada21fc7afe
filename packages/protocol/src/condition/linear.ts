import { RE2JS } from 're2js'

/** Instructions a compiled pattern may have: with it, the longest text costs a bounded number of steps. */
export const maxPatternProgram = 1_100

/** A regular expression (RE2 syntax) that is matched in time linear in the text. */
export class LinearPattern {
  readonly source: string
  /** Steps that one character of text may cost. */
  readonly size: number
  readonly #compiled: RE2JS
  /** Throws what RE2 says about a pattern it does not take, and a RangeError for one that is too large. */
  constructor(source: string) {
    this.source = source
    if (source.length > 2_000) throw new RangeError('the pattern is over 2,000 characters')
    this.#compiled = RE2JS.compile(source)
    this.size = this.#compiled.programSize()
    if (this.size > maxPatternProgram) throw new RangeError('the pattern repeats too much')
  }
  /** The pattern; what compilers that keep patterns apart by their text rely on. */
  toString(): string {
    return `/${this.source}/`
  }
  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean {
    return this.#compiled.test(text)
  }
}
