// By itself: `ecp --help` loads no package.
import { visibleCharacters } from '@ecp/protocol/visible-characters'

/**
 * Text of unknown origin in a form that is safe to print on a terminal, on one line: every character that would move the
 * cursor, reorder the text or stay unseen is written out as `\u{202e}`, and what is wider than `width` columns is cut.
 */
export function visible(text: string, width = Number.POSITIVE_INFINITY): string {
  // A bound before the work, also on marks that stack up on one character.
  const head = Number.isFinite(width) ? text.slice(0, width * 4) : text
  const shown = cut(visibleCharacters(head), width)
  return head.length < text.length && !shown.endsWith('…') ? `${shown}…` : shown
}

/** Several lines of unknown origin: as {@link visible}, with the line ends kept. */
export function visibleLines(text: string, width = Number.POSITIVE_INFINITY): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line, width))
    .join('\n')
}

/** The value as one line of JSON, safe to print and cut at `width`. */
export function visibleJson(value: unknown, width?: number): string {
  return visible(JSON.stringify(value) ?? 'undefined', width)
}

// What terminals draw two columns wide: Unicode has it as East Asian Width, which regular expressions cannot ask for.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const narrow = /^[\x20-\x7e]*$/

/** How many columns a text takes that {@link visible} has made safe. */
export function columnsOf(text: string): number {
  if (narrow.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += columnsOfCharacter(character)
  return columns
}

function columnsOfCharacter(character: string): number {
  if (wide.test(character)) return 2
  return /\p{M}/u.test(character) ? 0 : 1
}

/** At most `width` columns of a text, with `…` where something is missing. */
export function cut(text: string, width: number): string {
  if (text.length <= width / 2 || columnsOf(text) <= width) return text
  let kept = ''
  let columns = 0
  for (const character of text) {
    columns += columnsOfCharacter(character)
    if (columns > width - 1) break
    kept += character
  }
  return `${kept}…`
}
