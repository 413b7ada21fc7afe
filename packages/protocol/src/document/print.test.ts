import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sample } from '../../test/marked.ts'
import { parseContext, parseHostConfig, print } from '../index.ts'
import { read } from './read.ts'
import { plainValue } from './tree.ts'

const random = Date.now()

// JSON has one zero, no `__proto__` (the reader refuses it), and a nesting that the reader takes.
const json = fc
  .jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !JSON.stringify(value).includes('__proto__') && JSON.stringify(value).isWellFormed())
const awkward = fc.constantFrom(
  '',
  ' ',
  '<<',
  'null',
  '1',
  '0x10',
  'yes',
  '- a',
  'a: b',
  '#',
  '*a',
  '&a',
  '!a',
  '\n',
  'a\n\n',
  '\u0085',
  '\ufeff',
  '\u2028',
  '\u0000',
  '\u202e',
  '"',
  "'",
  '%',
  '@',
  '---',
  '...',
  '~',
  '.nan',
  '1e3',
  'é😀',
)
const texts = fc.array(awkward, { maxLength: 4 }).map((parts) => parts.join(''))
const values = fc.oneof(
  json,
  texts,
  fc
    .dictionary(
      texts,
      fc.oneof(texts, fc.array(texts), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()),
    )
    .map((v): unknown => JSON.parse(JSON.stringify(v))),
)

describe.each([
  ['a fixed seed', 7],
  [`the seed ${random}`, random],
])('with %s', (_name, seed) => {
  test('parse(print(x)) = x', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = print({ value })
        const { tree, diagnostics } = read(text, 'x.yaml')
        // A turned writing direction is escaped, so that not even a warning is left.
        expect(diagnostics, text).toEqual([])
        expect(tree && plainValue(tree)).toEqual({ value })
      }),
      { seed, numRuns: 300 },
    )
  })
})

test('a printed document is the same document', () => {
  for (const file of ['minimal.context.yaml', 'flat.context.yaml', 'tree.context.json']) {
    const value = parseContext(sample(file), file).document?.value
    expect(parseContext(print(value), file)).toMatchObject({ document: { value }, diagnostics: [] })
  }
  for (const file of ['minimal.config.yaml', 'full.config.yaml']) {
    const value = parseHostConfig(sample(file), file).document?.value
    expect(parseHostConfig(print(value), file)).toMatchObject({ document: { value }, diagnostics: [] })
  }
})
