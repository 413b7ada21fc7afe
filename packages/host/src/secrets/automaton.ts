import type { Needle } from './encodings.ts'

/** A needle together with which secret it belongs to. */
export interface OwnedNeedle extends Needle {
  readonly owner: number
}

export interface Hit {
  readonly needle: OwnedNeedle
  /** Offsets in the bytes that were searched; the end is exclusive. */
  readonly start: number
  readonly end: number
}

/** Longer needles stand in the automaton with this many bytes and are followed to their end where those are found. */
const prefixLength = 32

/**
 * Searches for all needles in one pass over the bytes (Aho and Corasick, 1975), so that the time does not depend on how
 * many secrets are known nor on how an adversary writes the text.
 */
export class Automaton {
  readonly #classOf = new Uint16Array(256)
  readonly #classes: number
  readonly #next: Int32Array
  readonly #depth: Int32Array
  /** The state of the longest proper suffix of what a state stands for. */
  readonly #suffix: Int32Array
  /** Needles that end at a state. */
  readonly #ends: readonly (readonly OwnedNeedle[])[]
  /** The nearest state along the suffix links at which a needle ends; 0 for none. */
  readonly #nearestEnd: Int32Array

  constructor(needles: readonly OwnedNeedle[]) {
    const prefixes = needles.map((needle) => needle.bytes.subarray(0, prefixLength))
    let classes = 1
    for (const bytes of prefixes) {
      for (const byte of bytes) if (this.#classOf[byte] === 0) this.#classOf[byte] = classes++
    }
    this.#classes = classes
    const states = 1 + prefixes.reduce((sum, bytes) => sum + bytes.length, 0)
    this.#next = new Int32Array(states * classes)
    this.#depth = new Int32Array(states)
    this.#suffix = new Int32Array(states)
    this.#nearestEnd = new Int32Array(states)
    const ends: OwnedNeedle[][] = [[]]
    for (const [index, needle] of needles.entries()) {
      let state = 0
      for (const byte of prefixes[index] ?? []) {
        const edge = state * classes + (this.#classOf[byte] ?? 0)
        let target = this.#next[edge] ?? 0
        if (target === 0) {
          target = ends.push([]) - 1
          this.#next[edge] = target
          this.#depth[target] = (this.#depth[state] ?? 0) + 1
        }
        state = target
      }
      ends[state]?.push(needle)
    }
    this.#ends = ends
    this.#link(ends.length)
  }

  /** Makes every missing edge lead where the longest suffix leads, breadth first. */
  #link(states: number): void {
    const suffix = this.#suffix
    const queue = new Int32Array(states)
    let [head, tail] = [0, 1]
    while (head < tail) {
      const state = queue[head++] ?? 0
      const fallback = suffix[state] ?? 0
      this.#nearestEnd[state] =
        (this.#ends[state]?.length ?? 0) > 0 ? state : state === 0 ? 0 : (this.#nearestEnd[fallback] ?? 0)
      for (let byteClass = 1; byteClass < this.#classes; byteClass++) {
        const edge = state * this.#classes + byteClass
        const target = this.#next[edge] ?? 0
        const other = state === 0 ? 0 : (this.#next[fallback * this.#classes + byteClass] ?? 0)
        if (target === 0) this.#next[edge] = other
        else {
          suffix[target] = other
          queue[tail++] = target
        }
      }
    }
  }

  /**
   * Reports every needle in the first `length` bytes. Returns the offset from which on what was read could be the
   * beginning of a needle that goes on after the end.
   */
  search(bytes: Uint8Array, length: number, report: (hit: Hit) => void): number {
    const long = new Map<OwnedNeedle, LongMatch>()
    const [next, classOf, nearestEnd, classes] = [this.#next, this.#classOf, this.#nearestEnd, this.#classes]
    let [state, open] = [0, length]
    for (let at = 0; at < length; at++) {
      // The indexes are in range; `?? 0` is for the type checker.
      state = next[state * classes + (classOf[bytes[at] ?? 0] ?? 0)] ?? 0
      let ending = nearestEnd[state] ?? 0
      while (ending !== 0) {
        for (const needle of this.#ends[ending] ?? []) {
          const size = needle.bytes.length
          if (size <= prefixLength) report({ needle, start: at + 1 - size, end: at + 1 })
          else {
            const match = long.get(needle) ?? new LongMatch(needle)
            long.set(needle, match)
            open = Math.min(open, match.follow(bytes, length, at + 1, report))
          }
        }
        ending = nearestEnd[this.#suffix[ending] ?? 0] ?? 0
      }
    }
    return Math.min(open, length - (this.#depth[state] ?? 0))
  }
}

/** Follows one long needle from where its prefix was found (Knuth, Morris and Pratt, 1977): no byte is read twice. */
class LongMatch {
  readonly #needle: OwnedNeedle
  /** For each length: the longest proper prefix of the needle that is a suffix of its first so many bytes. */
  readonly #border: Int32Array
  #at = 0
  #matched = 0

  constructor(needle: OwnedNeedle) {
    this.#needle = needle
    const { bytes } = needle
    this.#border = new Int32Array(bytes.length + 1)
    for (let at = 1, border = 0; at < bytes.length; at++) {
      while (border > 0 && bytes[at] !== bytes[border]) border = this.#border[border] ?? 0
      if (bytes[at] === bytes[border]) border++
      this.#border[at + 1] = border
    }
  }

  /** The prefix ends at `end`. Returns from where on the needle is still open when the bytes are at an end. */
  follow(bytes: Uint8Array, length: number, end: number, report: (hit: Hit) => void): number {
    // Further on already: that this prefix was passed is in the state.
    if (this.#at < end) {
      this.#at = end
      this.#matched = prefixLength
    }
    const needle = this.#needle
    const size = needle.bytes.length
    while (this.#at < length && this.#matched >= prefixLength) {
      const byte = bytes[this.#at]
      while (this.#matched > 0 && needle.bytes[this.#matched] !== byte) this.#matched = this.#border[this.#matched] ?? 0
      if (needle.bytes[this.#matched] === byte) this.#matched++
      this.#at++
      if (this.#matched === size) {
        report({ needle, start: this.#at - size, end: this.#at })
        this.#matched = this.#border[size] ?? 0
      }
    }
    return this.#at === length && this.#matched >= prefixLength ? length - this.#matched : length
  }
}
