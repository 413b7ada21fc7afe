/** Most words of a query that are looked for. */
const maxWords = 32
const maxLength = 64

/**
 * A query of SQLite's FTS5 for any of the words in a text, each quoted: nothing that anybody writes is syntax of it. Undefined
 * where there is no word. A word is letters, marks and digits (Unicode), as FTS5's `unicode61` takes it.
 */
export function wordQuery(text: string): string | undefined {
  const words = text.match(/[\p{L}\p{M}\p{N}\p{Co}]+/gu) ?? []
  const wanted = [...new Set(words.map((word) => word.slice(0, maxLength).toWellFormed()))].slice(0, maxWords)
  return wanted.length > 0 ? wanted.map((word) => `"${word}"`).join(' OR ') : undefined
}
