// Letters of other scripts that are drawn like a letter of ASCII, after Unicode's confusables (UTS 39): those that names
// of hosts, files and people are faked with.
const letters = new Set(
  [
    'аеорсухіјѕһԁԛԝѵкмтпгӏүө', // Cyrillic
    'АВЕКМНОРСТХІЈЅУЗҮӀ',
    'οναρκιυτχγωε', // Greek
    'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ',
    'օսհոզցԁաեՕՍ', // Armenian
    'ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᏀᏃᏎᏒᏔᏙᏚᏞᏟᏢᏦ', // Cherokee
    'ıɑɡɩʟꞁᴀᴄᴇᴏᴜᴠᴡᴢ', // Latin that is none of ASCII
  ].join(''),
)
/** Signs and spaces that are drawn like one of ASCII, wherever they stand; and ASCII at full width or in another style. */
const signs =
  /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2010\u2011\u2024\u2044\u2215\u2236\u2212\u29f8\ua789\u01c3\u02d0\u0589\uff01-\uff5e\u{1d400}-\u{1d7ff}]/gu
const words = /[\p{L}\p{M}\p{N}_]+/gu

/**
 * Where in the text (UTF-16 units) a character stands that looks like one of ASCII and is none: in a word with letters of
 * ASCII, or in one that is made of such characters alone while there is ASCII around it. Words of one script are nothing.
 */
export function lookAlikes(text: string): readonly number[] {
  if (!/[^\0-\x7f]/.test(text)) return []
  const found = new Set<number>()
  for (const { index } of text.matchAll(signs)) found.add(index)
  const isAmongAscii = /[A-Za-z]/.test(text)
  for (const { 0: word, index } of text.matchAll(words)) {
    if (!/[^\0-\x7f]/.test(word) || !(/[A-Za-z]/.test(word) || (isAmongAscii && isOnlyLookAlikes(word)))) continue
    let at = index
    for (const character of word) {
      if (letters.has(character)) found.add(at)
      at += character.length
    }
  }
  return [...found].sort((a, b) => a - b)
}

function isOnlyLookAlikes(word: string): boolean {
  return [...word].every((character) => letters.has(character) || !/\p{L}/u.test(character))
}
