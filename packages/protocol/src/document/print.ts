import { Document, type Scalar, visit } from 'yaml'

// What YAML may not hold as it is, or what a reader would refuse: written as an escape in double quotes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const escaped = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g

/** The value of a document as YAML 1.2, without anchors or tags; parsing it gives an equal value. */
export function print(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false, version: '1.2' })
  visit(document, {
    Scalar(_key, node: Scalar) {
      if (typeof node.value === 'string' && needsQuotes(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document
    .toString({ lineWidth: 0 })
    .replace(escaped, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function needsQuotes(text: string): boolean {
  // White space at the edges of lines does not survive every block scalar that `yaml` writes.
  const edges = text.includes('\n') && /^\s|[ \t](?:\n|$)|\n\n$/.test(text)
  return edges || text === '<<' || text.search(escaped) >= 0
}
