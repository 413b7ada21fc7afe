// Controls, formats (bidirectional marks, zero-width characters, tags), line and paragraph separators, lone surrogates,
// private use, and what fonts draw as nothing.
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Text of unknown origin on one line: every character that would move the cursor, reorder the text or stay unseen is written
 * out as `\u{202e}`.
 */
export function visibleCharacters(text: string): string {
  return text.replace(invisible, (character) => short[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`)
}
