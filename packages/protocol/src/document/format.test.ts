import { expect, test } from 'vitest'
import { type Diagnostic, formatDiagnostic, parseContext } from '../index.ts'

const diagnostic: Diagnostic = {
  severity: 'error',
  code: 'wrong-value',
  message: '`default` cannot be `Deny`',
  range: { file: 'c.yaml', line: 2, column: 12, endLine: 2, endColumn: 16 },
  expected: ['deny', 'allow'],
  nearest: 'deny',
}
const text = 'toolAccess:\n  default: Deny # no\n'

test('a diagnostic is its place, what is wrong, the line with a caret, and what would be right', () => {
  expect(formatDiagnostic({ ...diagnostic, range: { ...diagnostic.range, column: 12 } }, { text })).toBe(
    [
      'c.yaml:2:12: error: `default` cannot be `Deny`',
      '    default: Deny # no',
      '             ^^^^',
      '  expected one of deny, allow',
      '  did you mean `deny`?',
    ].join('\n'),
  )
})

test('without the text, and for what may be a secret, only the place is given', () => {
  expect(formatDiagnostic(diagnostic)).not.toContain('^')
  expect(formatDiagnostic({ ...diagnostic, sensitive: true }, { text })).not.toContain('# no')
})

test('colour is only there when asked for', () => {
  expect(formatDiagnostic(diagnostic, { text })).not.toContain('\u001b')
  expect(formatDiagnostic(diagnostic, { text, colour: true })).toContain('\u001b[31merror\u001b[0m')
})

test('nothing in a document reaches the terminal as a control sequence', () => {
  const evil = '\u009b31m\u202e: "a\u2066"\n'
  const { diagnostics } = parseContext(evil, 'a\u001b[2Jb.yaml')
  const shown = diagnostics.map((d) => formatDiagnostic(d, { text: evil })).join('\n')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
})

test('a long line is cut around the fault', () => {
  const long = `${'x'.repeat(500)}Deny${'y'.repeat(500)}`
  const range = { file: 'c.yaml', line: 1, column: 501, endLine: 1, endColumn: 505 }
  const [, line, caret] = formatDiagnostic({ ...diagnostic, range }, { text: long }).split('\n')
  expect(line?.length).toBeLessThan(120)
  expect(line?.slice(caret?.indexOf('^'), (caret?.lastIndexOf('^') ?? 0) + 1)).toBe('Deny')
})
