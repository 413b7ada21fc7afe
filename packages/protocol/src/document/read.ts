import { parseAllDocuments } from 'yaml'
import { compose, type SpanFault } from './compose.ts'
import type { Diagnostic } from './diagnostic.ts'
import { placer, type Span } from './lines.ts'
import { visible } from './quote.ts'
import type { Tree } from './tree.ts'

/** Largest document that is read, in bytes (UTF-8). */
export const maxDocumentBytes = 1_000_000
const maxSyntaxErrors = 20

interface Reading {
  /** The text that offsets count in: without a byte order mark. */
  readonly source: string
  /** Missing when the text is not one well-formed document. */
  readonly tree?: Tree
  readonly diagnostics: Diagnostic[]
}

/** Reads YAML 1.2 (core schema), of which JSON is a part. */
export function read(text: string, file: string): Reading {
  const diagnostics: Diagnostic[] = []
  const size = new TextEncoder().encode(text).length
  // A byte order mark at the start is allowed (YAML 1.2, 5.2); it is not content and takes no column.
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  const place = placer(file, size > maxDocumentBytes ? '' : source)
  const report = ({ code, message, span, expected }: SpanFault, severity: Diagnostic['severity'] = 'error') => {
    diagnostics.push({ severity, code, message, range: place(span), ...(expected ? { expected } : {}) })
  }
  const syntax = (message: string, span: Span) => report({ code: 'syntax', message, span })

  if (size > maxDocumentBytes) {
    report({ code: 'bound', message: `the file has ${size} bytes; at most ${maxDocumentBytes} are read`, span: [0, 0] })
    return { source, diagnostics }
  }
  checkCharacters(source, syntax, (message, span) => report({ code: 'advice', message, span }, 'warning'))
  if (diagnostics.some((d) => d.severity === 'error')) return { source, diagnostics }

  const documents = parseAllDocuments(source, {
    prettyErrors: false,
    uniqueKeys: false, // compared pair by pair there: quadratic; compose() does it
    intAsBigInt: true,
    logLevel: 'silent',
    version: '1.2',
  })
  const [first, second] = Array.isArray(documents) ? documents : []
  if (!first || (first.contents === null && first.errors.length === 0)) {
    syntax('the file is empty', [0, 0])
    return { source, diagnostics }
  }
  if (second) syntax('the file holds more than one YAML document', [second.range[0], second.range[0] + 3])
  if (first.directives.yaml.explicit && first.directives.yaml.version !== '1.2') {
    syntax(`YAML ${first.directives.yaml.version} is not supported; write YAML 1.2`, [0, 5])
  }
  for (const error of first.errors.slice(0, maxSyntaxErrors)) {
    syntax(visible(error.message.charAt(0).toLowerCase() + error.message.slice(1)), error.pos)
  }
  if (diagnostics.some((d) => d.severity === 'error')) return { source, diagnostics }
  return { source, tree: compose(source, first, report), diagnostics }
}

/** Characters that YAML 1.2 (5.1) does not allow, and those that make a reviewer see another text than is read. */
function checkCharacters(
  text: string,
  refuse: (message: string, span: Span) => void,
  warn: (message: string, span: Span) => void,
): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const refused = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff\ufffe\uffff]/.exec(text)
  if (refused) {
    const unit = refused[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    refuse(`the file holds the character U+${unit}, which no text has`, [refused.index, refused.index + 1])
  }
  if (!text.isWellFormed()) refuse('the file is not well-formed Unicode', [0, 0])
  const turned = /[\u202a-\u202e\u2066-\u2069]/.exec(text)
  if (turned) {
    const unit = turned[0].charCodeAt(0).toString(16).toUpperCase()
    warn(`the file turns the writing direction (U+${unit}): what is read may not be what is seen`, [
      turned.index,
      turned.index + 1,
    ])
  }
}
