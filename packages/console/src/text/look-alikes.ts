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
 * Marks where in the text (UTF-16 units) a character stands that looks like one of ASCII and is none: in a word with letters
 * of ASCII, or in one that is made of such characters alone while there is ASCII around it. Words of one script are nothing.
 */
export function markLookAlikes(text: string, marks: Uint8Array, mark: number): void {
  signs.lastIndex = 0
  while (signs.test(text)) {
    const end = signs.lastIndex
    marks[end - (isSurrogate(text, end - 1) ? 2 : 1)] = mark
  }
  const isAmongAscii = /[A-Za-z]/.test(text)
  words.lastIndex = 0
  for (let found = words.exec(text); found; found = words.exec(text)) {
    const [word] = found
    if (!isOdd(word, isAmongAscii)) continue
    for (let at = 0; at < word.length; at += 1) {
      if (letters.has(word.charAt(at))) marks[found.index + at] = mark
    }
  }
}

function isOdd(word: string, isAmongAscii: boolean): boolean {
  if (!/[^\0-\x7f]/.test(word)) return false
  if (/[A-Za-z]/.test(word)) return true
  return isAmongAscii && [...word].every((character) => letters.has(character) || !/\p{L}/u.test(character))
}

const isSurrogate = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00
