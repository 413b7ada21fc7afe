import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Parsed, parseContext, parseHostConfig, print, publishedSchemas } from '../src/index.ts'
import { sample } from './marked.ts'

const schemas = publishedSchemas()
const ajv = new Ajv2020({ strict: false, validateFormats: false })

// The published schemas judge what came out: they know nothing of the reader that let it in.
const kinds = [
  {
    read: (text: string): Parsed<unknown> => parseContext(text, 'x.yaml'),
    fits: ajv.compile(schemas['ecp-context.schema.json']),
    files: ['minimal.context.yaml', 'flat.context.yaml', 'tree.context.json'],
  },
  {
    read: (text: string): Parsed<unknown> => parseHostConfig(text, 'x.yaml'),
    fits: ajv.compile(schemas['ecp-config.schema.json']),
    files: ['minimal.config.yaml', 'full.config.yaml'],
  },
]
const cases = kinds.flatMap(({ files, ...kind }) =>
  files.map((file) => ({ ...kind, text: sample(file), value: documentOf(kind.read(sample(file))) })),
)

function documentOf({ document }: Parsed<unknown>): unknown {
  return document?.value
}

/** Either faults with a place and no document, or a document that the published schema takes. Never a throw. */
function holds(kind: (typeof cases)[number], text: string): void {
  const { document, diagnostics } = kind.read(text)
  if (document) {
    kind.fits(document.value)
    expect(kind.fits.errors, text).toBeNull()
    expect(diagnostics.every(({ severity }) => severity === 'warning')).toBe(true)
  } else {
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true)
  }
  for (const { range, message } of diagnostics) {
    expect(range.line, message).toBeGreaterThan(0)
    expect(range.column, message).toBeGreaterThan(0)
    expect(range.endLine * 1e6 + range.endColumn, message).toBeGreaterThanOrEqual(range.line * 1e6 + range.column)
  }
}

type Change = { readonly at: number; readonly how: 'rename' | 'drop' | 'retype' | 'add'; readonly with: unknown }

/** Changes the n-th place of a value, counted through all of it. */
function changed(value: unknown, change: Change): unknown {
  let count = 0
  const places = countPlaces(value)
  const target = places === 0 ? 0 : change.at % places
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.flatMap((item) => entry(item, (kept) => [kept], [change.with, visit(item)]))
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node).flatMap(([key, item]) =>
      entry(item, (kept) => [[key, kept]], [[`${key}${JSON.stringify(change.with).slice(0, 3)}`, visit(item)]]),
    )
    return Object.fromEntries(entries)
  }
  const entry = <T>(item: unknown, keep: (kept: unknown) => T[], renamed: T[]): T[] => {
    if (count++ !== target) return keep(visit(item))
    if (change.how === 'drop') return []
    if (change.how === 'retype') return keep(change.with)
    return change.how === 'rename' ? renamed : [...keep(visit(item)), ...renamed]
  }
  return visit(value)
}

function countPlaces(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + countPlaces(item), 0)
}

const anything = fc
  .oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      0,
      -1,
      1.5,
      true,
      [],
      {},
      [[]],
      'constructor',
      '${',
      'deny',
      'a:b',
      { __proto__: null },
      1e300,
    ),
    fc.jsonValue({ maxDepth: 2 }),
  )
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
const change = fc.record({ at: fc.nat(), how: fc.constantFrom('rename', 'drop', 'retype', 'add'), with: anything })
const edit = fc.record({
  at: fc.nat(),
  length: fc.nat(4),
  by: fc.oneof(
    fc.constantFrom('', ' ', '\n', ':', '{', '}', '[', ']', '*', '&', '!', '"', "'", '\0', '\t', '- ', '%', '${'),
    fc.string({ maxLength: 3, unit: 'binary' }),
  ),
})

const random = Date.now()

describe.each([
  ['a fixed seed', 11],
  [`the seed ${random}`, random],
])('corrupted documents, with %s', (_name, seed) => {
  test('whose characters are changed end in faults or in a document of the schema', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(edit, { minLength: 1, maxLength: 3 }), (kind, edits) => {
        let text = kind.text
        for (const { at, length, by } of edits) {
          const start = at % (text.length + 1)
          text = text.slice(0, start) + by + text.slice(start + length)
        }
        holds(kind, text)
      }),
      { seed, numRuns: 250 },
    )
  })

  test('whose bytes are flipped end in faults or in a document of the schema', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 3 }),
        (kind, flips) => {
          const bytes = Buffer.from(kind.text)
          for (const [at, bit] of flips)
            bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length)
          holds(kind, bytes.toString('utf8'))
        },
      ),
      { seed, numRuns: 250 },
    )
  })

  test('whose keys are renamed or dropped and whose types are changed end in faults or in a document of the schema', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(change, { minLength: 1, maxLength: 3 }), (kind, changes) => {
        holds(kind, print(changes.reduce(changed, kind.value)))
      }),
      { seed, numRuns: 250 },
    )
  })
})
