/** One form in which a secret is searched for, as the bytes of it that do not depend on what stands around it. */
export interface Needle {
  readonly bytes: Uint8Array
  /** Base64 only: whether the character before (after) the bytes carries bits of the secret too. */
  readonly partialBefore: boolean
  readonly partialAfter: boolean
  /** Base64 and hex are also searched for across line breaks, where encoders wrap them. */
  readonly wraps: boolean
}

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'))

/**
 * Every form of a value that is searched for literally. JSON and URL escapes need none: they are decoded before the
 * search (views.ts), in whichever mixture of escaped and plain characters they come. But text that is base64 or hex may
 * itself have been escaped before it was encoded, so that those are searched for over the escaped forms as well.
 */
export function needles(value: string): readonly Needle[] {
  const found = new Map<string, Needle>()
  const add = (text: Uint8Array, wraps: boolean, partialBefore = false, partialAfter = false) => {
    const id = `${wraps}:${partialBefore}:${partialAfter}:${Buffer.from(text).toString('latin1')}`
    if (text.length > 0) found.set(id, { bytes: text, partialBefore, partialAfter, wraps })
  }
  add(utf8(value), false)
  for (const form of escapedForms(value)) {
    const bytes = Buffer.from(form, 'utf8')
    add(utf8(bytes.toString('hex')), true)
    add(utf8(bytes.toString('hex').toUpperCase()), true)
    for (const before of [0, 1, 2]) {
      const core = base64Core(bytes, before)
      const [head, tail] = [before > 0, (before + bytes.length) % 3 > 0]
      add(utf8(core), true, head, tail)
      add(utf8(core.replaceAll('+', '-').replaceAll('/', '_')), true, head, tail)
    }
  }
  return [...found.values()]
}

function escapedForms(value: string): ReadonlySet<string> {
  const json = JSON.stringify(value).slice(1, -1)
  // A lone surrogate has no URL form.
  const url = value.isWellFormed() ? encodeURIComponent(value) : value
  const ascii = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return new Set([value, json, ascii, url, url.replaceAll('%20', '+')])
}

/** The base64 characters that `bytes` alone decides when `before` bytes (modulo 3) stand in front of them (RFC 4648). */
function base64Core(bytes: Uint8Array, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}
