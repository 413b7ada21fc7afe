/** A fault of a `.env` file: its line, and what is wrong with it. Never holds what stands there. */
export interface DotenvFault {
  readonly line: number
  readonly message: string
}

export type Dotenv = { readonly values: ReadonlyMap<string, string> } | { readonly fault: DotenvFault }

const assignment = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/
const rest = /^[ \t]*(?:#.*)?$/

/**
 * Reads a `.env` file strictly: `KEY=value`, `export KEY=value`, values in single quotes (as they are), in double quotes
 * (with `\n`, `\r`, `\t`, `\"`, `\\`, `\$`) or plain up to a ` #`; blank lines and comments. Quoted values may span lines.
 * `$` means nothing: no expansion. Anything else, and a key that stands twice, is a fault.
 */
export function parseDotenv(text: string): Dotenv {
  const values = new Map<string, string>()
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const fault = (message: string): Dotenv => ({ fault: { line: index + 1, message } })
    if (rest.test(line)) continue
    const match = assignment.exec(line.trimStart())
    const key = match?.[1]
    if (!match || key === undefined) return fault('not of the form KEY=value')
    if (values.has(key)) return fault(`\`${key}\` stands in the file twice`)
    let value = line.trimStart().slice(match[0].length)
    const quote = value[0]
    if (quote !== '"' && quote !== "'") {
      if (quote === '`') return fault(`the value of \`${key}\` begins with a backtick; use single or double quotes`)
      const plain = value.replace(/(?:^|[ \t])#.*$/, '').trim()
      // Some readers end the value there, others do not.
      if (plain.includes('#')) return fault(`the value of \`${key}\` holds a #; put it in quotes`)
      values.set(key, plain)
      continue
    }
    let end = closing(value, quote)
    while (end < 0 && index + 1 < lines.length) {
      value += `\n${lines[++index] ?? ''}`
      end = closing(value, quote)
    }
    if (end < 0) return fault(`the value of \`${key}\` has no closing quote`)
    if (!rest.test(value.slice(end + 1))) return fault(`something stands after the closing quote of \`${key}\``)
    const inner = value.slice(1, end)
    values.set(key, quote === "'" ? inner : undoEscapes(inner))
  }
  return { values }
}

function closing(value: string, quote: string): number {
  for (let at = 1; at < value.length; at++) {
    if (value[at] === quote) return at
    if (value[at] === '\\' && quote === '"') at++
  }
  return -1
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

function undoEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (whole, letter: string) => escapes[letter] ?? whole)
}
