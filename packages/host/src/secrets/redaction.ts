import type { Json } from '@ecp/protocol'
import { Automaton, type Hit, type OwnedNeedle } from './automaton.ts'
import { needles } from './encodings.ts'
import { mapStrings } from './map-strings.ts'
import type { Redactor, SecretName } from './redactor.ts'
import { redactorStream } from './redactor-stream.ts'
import { type View, views } from './views.ts'

/** Values with fewer characters are not searched for: they would be found in innocent text. */
export const shortestSearched = 8
/** How often the output is searched again for secrets that the replacing itself has spelled. */
const rounds = 8
/** Longer texts (UTF-16 units) are read in pieces of this size: what a search needs is a multiple of what it reads at once. */
const piece = 512_000
/** Shorter than any value that is searched for, so that it can hold none. */
const anonymousMarker = '***'

/** A stretch of UTF-8 that holds secrets: which, in the order in which they begin. */
export interface Range {
  start: number
  end: number
  readonly owners: number[]
}

/** What a search found, and from which byte on the text could go on to become a secret. */
export interface Findings {
  readonly ranges: readonly Range[]
  readonly open: number
}

interface Known {
  readonly reference: SecretName
  readonly values: ReadonlySet<string>
  marker: string
}

/**
 * A redactor that knows nothing yet. It finds a value verbatim; with JSON escapes (three levels) and URL escapes (two) on
 * any of its characters; and, over each of those, as base64 and base64url (RFC 4648, inside a longer encoded text too) and
 * hex, also where these are wrapped at a line's end. It does not undo base64 of base64, compression or encryption.
 */
export function createRedactor(): Redactor {
  const known: Known[] = []
  let automaton: Automaton | undefined
  let spaces = false

  const build = (): Automaton => {
    const owned: OwnedNeedle[] = []
    for (const [owner, { values }] of known.entries()) {
      for (const value of values) for (const needle of needles(value)) owned.push({ ...needle, owner })
    }
    const built = new Automaton(owned)
    automaton = built
    for (const entry of known) {
      const { provider, key } = entry.reference
      const marker = `[secret:${provider}:${key}]`
      entry.marker = find(bytesOf(marker)).ranges.length === 0 ? marker : anonymousMarker
    }
    return built
  }

  const find = (bytes: Uint8Array): Findings => {
    const search = automaton ?? build()
    const ranges: Range[] = []
    let open = bytes.length
    for (const view of views(bytes, spaces)) {
      const report = (hit: Hit) => {
        if (!view.wrappedOnly || hit.needle.wraps) addRange(ranges, bytes, view, hit)
      }
      const from = search.search(view.bytes, view.length, report)
      if (from < view.length) open = Math.min(open, view.origin?.[from] ?? from)
    }
    return { ranges: merge(ranges), open }
  }

  const markers = (range: Range): string =>
    range.owners.map((owner) => known[owner]?.marker ?? anonymousMarker).join('')

  const redact = (text: string): string => {
    if (known.length === 0 || text.length < shortestSearched) return text
    if (text.length > piece * 2 && text.isWellFormed()) return inPieces(text, redact)
    let current = text
    for (let round = 0; round < rounds; round++) {
      const bytes = bytesOf(current)
      const { ranges } = find(bytes)
      if (ranges.length === 0) return current
      current = replace(bytes, ranges, markers)
    }
    // Markers and what stands around them keep spelling secrets: nothing of this text can be shown.
    return anonymousMarker
  }

  const inPieces = (text: string, each: (part: string) => string): string => {
    const stream = redactorStream({ find, text: each })
    const parts: string[] = []
    for (let at = 0; at < text.length; at += piece) parts.push(stream.write(text.slice(at, at + piece)))
    parts.push(stream.end())
    const joined = parts.join('')
    return joined === text ? text : joined
  }

  const foundIn = (text: string, owners: Set<number>): string => {
    if (known.length === 0 || text.length < shortestSearched) return text
    if (text.length > piece * 2 && text.isWellFormed()) return inPieces(text, (part) => foundIn(part, owners))
    for (const range of find(bytesOf(text)).ranges) for (const owner of range.owners) owners.add(owner)
    return text
  }

  return {
    learn(reference, value) {
      const values = [value, value.trim()].filter((form) => form.length >= shortestSearched)
      const fresh = values.filter((form) => !known.some((entry) => entry.values.has(form)))
      if (fresh.length === 0) return
      known.push({ reference, values: new Set(fresh), marker: anonymousMarker })
      spaces ||= fresh.some((form) => form.includes(' '))
      automaton = undefined
    },
    text: redact,
    json<T extends Json>(value: T): T {
      if (known.length === 0) return value
      return mapStrings(value, redact) as T // reason: the shape is the same, only strings (and numbers that spell a secret) differ
    },
    found(value) {
      const owners = new Set<number>()
      mapStrings(value, (text) => foundIn(text, owners))
      return [...owners].flatMap((owner) => known[owner]?.reference ?? [])
    },
    stream: () => redactorStream({ find, text: redact }),
  }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')

function addRange(ranges: Range[], bytes: Uint8Array, view: View, { needle, start, end }: Hit): void {
  let from = view.origin?.[start] ?? start
  let to = view.ends?.[end - 1] ?? view.origin?.[end] ?? end
  // The characters beside a base64 core hold some bits of the secret's first and last byte.
  if (needle.partialBefore && isBase64(bytes[from - 1])) from--
  if (needle.partialAfter && isBase64(bytes[to])) to++
  const last = ranges.at(-1)
  // A secret that repeats itself overlaps itself at each period: one range, so that memory stays bounded.
  if (last && last.owners[0] === needle.owner && from <= last.end && from >= last.start)
    last.end = Math.max(last.end, to)
  else ranges.push({ start: from, end: to, owners: [needle.owner] })
}

function isBase64(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9+/_-]/.test(String.fromCharCode(byte))
}

/** Joins what overlaps. A range that lies within another one says nothing of its own. */
function merge(ranges: Range[]): readonly Range[] {
  ranges.sort((a, b) => a.start - b.start || b.end - a.end)
  const merged: Range[] = []
  for (const range of ranges) {
    const last = merged.at(-1)
    if (!last || range.start >= last.end) merged.push({ ...range, owners: [...range.owners] })
    else if (range.end > last.end) {
      last.end = range.end
      for (const owner of range.owners) if (!last.owners.includes(owner)) last.owners.push(owner)
    }
  }
  return merged
}

function replace(bytes: Uint8Array, ranges: readonly Range[], markers: (range: Range) => string): string {
  const parts: string[] = []
  let at = 0
  for (const range of ranges) {
    parts.push(textOf(bytes, at, range.start), markers(range))
    at = range.end
  }
  parts.push(textOf(bytes, at, bytes.length))
  return parts.join('')
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
