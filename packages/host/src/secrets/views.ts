/** Bytes that were decoded from a text, and where in the text each of them came from. */
export interface View {
  readonly bytes: Uint8Array
  readonly length: number
  /** Offset in the text's UTF-8 of byte i; entry `length` is the end of what was decoded. Absent: the identity. */
  readonly origin?: Int32Array
  /** Where bytes were dropped: the end, in the text, of byte i. Absent: where the next one starts. */
  readonly ends?: Int32Array
  /** Whether only the forms that encoders wrap are searched for: the view without line breaks. */
  readonly wrappedOnly: boolean
}

/** One way to undo an escape. `undefined` where the view holds nothing to undo. */
type Decode = (view: View) => View | undefined

const backslash = 0x5c
const percent = 0x25
const plus = 0x2b
const lineFeed = 0x0a

/** A way to undo an escape, and what is tried on its result. */
interface Step {
  readonly decode: Decode
  readonly then: readonly Step[]
}
const step = (decode: Decode, ...then: Step[]): Step => ({ decode, then })

const steps: readonly Step[] = [
  step(
    unescapeJson,
    step(unescapeJson, step(unescapeJson), step(unwrap)),
    step(decodePercent),
    step(unwrap),
    step(decodeForm),
  ),
  step(decodePercent, step(decodePercent), step(unescapeJson), step(unwrap)),
  step(decodeForm),
  step(unwrap),
]

/**
 * The readings of a text in which secrets are searched for: as it is; with JSON escapes undone, up to three deep (JSON in
 * JSON in JSON); with URL escapes undone, up to two deep; each in the other; and without the line breaks of wrapped base64
 * or hex. A fixed number of passes, each linear, and only those for which the text holds something to undo. `spaces`:
 * whether some secret has a space, so that `+` may stand for one.
 */
export function* views(text: Uint8Array, spaces: boolean): Generator<View> {
  const plain: View = { bytes: text, length: text.length, wrappedOnly: false }
  yield plain
  yield* read(plain, steps, spaces)
}

function* read(view: View, steps: readonly Step[], spaces: boolean): Generator<View> {
  for (const { decode, then } of steps) {
    if (decode === decodeForm && !spaces) continue
    const decoded = decode(view)
    if (!decoded) continue
    yield decoded
    yield* read(decoded, then, spaces)
  }
}

function originOf(view: View, at: number): number {
  return view.origin?.[at] ?? at
}

/** Undoes `\"`, `\\`, `\/`, `\n`, `\u0041` (RFC 8259) and `\x41`, as other languages write it. */
function unescapeJson(view: View): View | undefined {
  const { bytes, length } = view
  if (!bytes.subarray(0, length).includes(backslash)) return undefined
  const to = new Uint8Array(length)
  const origin = new Int32Array(length + 1)
  let size = 0
  let at = 0
  while (at < length) {
    const start = originOf(view, at)
    const escaped = bytes[at] === backslash ? escapeAt(bytes, length, at) : undefined
    if (!escaped) {
      origin[size] = start
      to[size++] = bytes[at++] ?? 0
      continue
    }
    at += escaped.taken
    // An escape is never shorter than the UTF-8 of what it stands for, so `to` has room.
    size += writeUtf8(to, origin, size, escaped.point, start)
  }
  origin[size] = originOf(view, length)
  return { bytes: to, length: size, origin, wrappedOnly: false }
}

const short = new Map<number, number>([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x2f, 0x2f],
  [0x27, 0x27],
  [0x62, 8],
  [0x66, 12],
  [0x6e, 10],
  [0x72, 13],
  [0x74, 9],
])

function escapeAt(bytes: Uint8Array, length: number, at: number): { point: number; taken: number } | undefined {
  const kind = at + 1 < length ? (bytes[at + 1] ?? 0) : 0
  const simple = short.get(kind)
  if (simple !== undefined) return { point: simple, taken: 2 }
  if (kind === 0x78) {
    const point = hex(bytes, length, at + 2, 2)
    return point === undefined ? undefined : { point, taken: 4 }
  }
  if (kind !== 0x75) return undefined
  const unit = hex(bytes, length, at + 2, 4)
  if (unit === undefined) return undefined
  if (unit < 0xd800 || unit > 0xdbff || bytes[at + 6] !== backslash || bytes[at + 7] !== 0x75) {
    return { point: unit, taken: 6 }
  }
  const low = hex(bytes, length, at + 8, 4)
  if (low === undefined || low < 0xdc00 || low > 0xdfff) return { point: unit, taken: 6 }
  return { point: 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), taken: 12 }
}

function writeUtf8(to: Uint8Array, origin: Int32Array, size: number, point: number, start: number): number {
  const count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  for (let index = 0; index < count; index++) origin[size + index] = start
  if (count === 1) to[size] = point
  else {
    to[size] = ((0xf00 >> count) & 0xff) | (point >> (6 * (count - 1)))
    for (let index = 1; index < count; index++) to[size + index] = 0x80 | ((point >> (6 * (count - 1 - index))) & 0x3f)
  }
  return count
}

function decodePercent(view: View): View | undefined {
  return undoPercent(view, false)
}
/** As {@link decodePercent}, with `+` for a space (application/x-www-form-urlencoded). */
function decodeForm(view: View): View | undefined {
  return undoPercent(view, true)
}

function undoPercent(view: View, form: boolean): View | undefined {
  const { bytes, length } = view
  const used = bytes.subarray(0, length)
  if (!used.includes(percent) && !(form && used.includes(plus))) return undefined
  const to = new Uint8Array(length)
  const origin = new Int32Array(length + 1)
  let size = 0
  let at = 0
  while (at < length) {
    origin[size] = originOf(view, at)
    const byte = bytes[at] ?? 0
    const value = byte === percent ? hex(bytes, length, at + 1, 2) : undefined
    to[size++] = value ?? (form && byte === plus ? 0x20 : byte)
    at += value === undefined ? 1 : 3
  }
  origin[size] = originOf(view, length)
  return { bytes: to, length: size, origin, wrappedOnly: false }
}

/** Drops a line break, with up to eight blanks after it. */
function unwrap(view: View): View | undefined {
  const { bytes, length } = view
  if (!bytes.subarray(0, length).includes(lineFeed)) return undefined
  const to = new Uint8Array(length)
  const origin = new Int32Array(length + 1)
  const ends = new Int32Array(length)
  let size = 0
  let at = 0
  while (at < length) {
    const wide = bytes[at] === 0x0d && bytes[at + 1] === lineFeed ? 2 : bytes[at] === lineFeed ? 1 : 0
    if (wide > 0 && at + wide <= length) {
      at += wide
      for (let blanks = 0; blanks < 8 && at < length && (bytes[at] === 0x20 || bytes[at] === 0x09); blanks++) at++
      continue
    }
    origin[size] = originOf(view, at)
    to[size] = bytes[at++] ?? 0
    ends[size++] = originOf(view, at)
  }
  origin[size] = originOf(view, length)
  return { bytes: to, length: size, origin, ends, wrappedOnly: true }
}

function hex(bytes: Uint8Array, length: number, at: number, digits: number): number | undefined {
  if (at + digits > length) return undefined
  let value = 0
  for (let index = at; index < at + digits; index++) {
    const byte = bytes[index] ?? 0
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
          ? (byte | 0x20) - 0x57
          : -1
    if (digit < 0) return undefined
    value = value * 16 + digit
  }
  return value
}
