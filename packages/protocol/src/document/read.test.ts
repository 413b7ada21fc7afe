import { describe, expect, test } from 'vitest'
import { type DiagnosticCode, parseContext } from '../index.ts'

type Case = readonly [title: string, text: string, code: DiagnosticCode, message: RegExp, place?: string]

const many = (text: string, times: number) => text.repeat(times)

const unreadable: readonly Case[] = [
  ['an empty file', '', 'syntax', /the file is empty/, '1:1'],
  ['white space alone', ' \n\n', 'syntax', /the file is empty/, '1:1'],
  ['a comment alone', '# nothing\n', 'syntax', /the file is empty/, '1:1'],
  ['a byte order mark alone', '\ufeff', 'syntax', /the file is empty/, '1:1'],
  ['a byte order mark inside', 'a: 1\n\ufeffb: 2\n', 'syntax', /U\+FEFF/, '2:1'],
  ['a NUL', 'a: 1\nb: \0\n', 'syntax', /U\+0000/, '2:4'],
  ['an escape character', 'a: "\u001b[2J"\n', 'syntax', /U\+001B/, '1:5'],
  ['half a surrogate pair', 'a: \ud800\n', 'syntax', /not well-formed Unicode/],
  ['an escaped half', 'a: "\\ud800"\n', 'syntax', /half of a surrogate pair/, '1:4'],
  ['two documents', 'a: 1\n---\nb: 2\n', 'syntax', /more than one YAML document/, '2:1'],
  ['a list that is not closed', 'a: [1, 2\n', 'syntax', /flow sequence/],
  ['a tab as indentation', 'a:\n\tb: 1\n', 'syntax', /tab/i],
  ['a key that stands twice', 'a: 1\nb: 2\na: 3\n', 'duplicate', /`a` stands twice/, '3:1'],
  ['a key that stands twice in JSON', '{"a": 1,\n "a": 2}', 'duplicate', /`a` stands twice/, '2:2'],
  ['a key that stands twice by another spelling', '{"a": 1, "\\u0061": 2}', 'duplicate', /`a` stands twice/, '1:10'],
  ['a number as a key', '1: a\n', 'wrong-type', /key `1` is not text/, '1:1'],
  ['true as a key', 'true: a\n', 'wrong-type', /key `true` is not text/, '1:1'],
  ['nothing as a key', '? \n: a\n', 'wrong-type', /key `null` is not text/],
  ['a list as a key', '? [a]\n: b\n', 'wrong-type', /is not text/, '1:3'],
  ['an alias as a key', 'a: &x b\n*x : c\n', 'wrong-type', /key `\*x` is not text/, '2:1'],
  ['a tag', 'a: !!str 5\n', 'unsupported', /tag `tag:yaml.org,2002:str`/],
  ['a tag of its own', 'a: !js/function "x"\n', 'unsupported', /tag `!js\/function`/],
  ['a tag on a key', '!!str a: 5\n', 'unsupported', /tag/],
  ['a tag on a mapping', 'a: !!set {x, y}\n', 'unsupported', /tag/],
  ['a merge key', 'a: &x { b: 1 }\nc: { <<: *x }\n', 'unsupported', /merge keys/, '2:6'],
  ['an older YAML', '%YAML 1.1\n---\na: yes\n', 'syntax', /YAML 1.1 is not supported/],
  ['an alias without its anchor', 'a: *x\n', 'syntax', /alias/i],
  ['an alias inside its anchor', 'a: &x [*x]\n', 'bound', /inside its own anchor/, '1:8'],
  ['a prototype', 'a: { __proto__: { b: 1 } }\n', 'unknown-key', /`__proto__` is not allowed/, '1:6'],
  ['a prototype behind an escape', '{"\\u005f_proto__": {}}', 'unknown-key', /`__proto__` is not allowed/, '1:2'],
  ['no number', 'a: .nan\n', 'wrong-value', /`.nan` is not finite/, '1:4'],
  ['a number without end', 'a: .inf\n', 'wrong-value', /is not finite/, '1:4'],
  ['a number that is too large', 'a: 1e999\n', 'wrong-value', /is not finite/, '1:4'],
  ['a number that would change', 'a: 9007199254740993\n', 'wrong-value', /cannot be held exactly/, '1:4'],
]

describe('what is not one well-formed document is refused, at its place', () => {
  test.each(unreadable.map(([title, ...rest]) => ({ title, rest })))('$title', ({ rest }) => {
    const [text, code, message, place] = rest
    const { document, diagnostics } = parseContext(text, 'c.yaml')
    expect(document).toBeUndefined()
    const found = diagnostics.find((d) => d.code === code && message.test(d.message))
    expect(found, JSON.stringify(diagnostics)).toMatchObject({ severity: 'error' })
    if (place !== undefined) expect(`${found?.range.line}:${found?.range.column}`).toBe(place)
  })
})

const bombs: readonly (readonly [title: string, text: string])[] = [
  ['over a megabyte', `a: ${many('x', 1_000_000)}`],
  ['over a megabyte in bytes, not in characters', `a: ${many('é', 500_000)}`],
  [
    'a billion laughs',
    [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((c, i) => `${c}: &${c} [${many(`*${'abcdefghi'[i]},`, 9).slice(0, -1)}]`),
    ].join('\n'),
  ],
  ['deep lists', many('[', 100_000)],
  ['deep mappings', many('{a: ', 50_000)],
  ['deep items', many('- ', 100_000)],
  ['65 levels', `${many('[', 66)}${many(']', 66)}`],
  ['many keys', Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n')],
  ['many values', `a: [${many('1,', 150_000)}1]`],
  ['many documents', many('---\n', 50_000)],
  ['many unknown keys in many places', `executors: [${many('{x: 1}, ', 20_000)}]`],
  ['a long key', `${many('k', 500_000)}: 1`],
]

describe('what is too large ends within its bounds', () => {
  test.each(bombs)(
    '%s',
    (_title, text) => {
      const { document, diagnostics } = parseContext(text, 'c.yaml')
      expect(document).toBeUndefined()
      expect(diagnostics.length).toBeGreaterThan(0)
      expect(diagnostics.length).toBeLessThan(300)
      expect(JSON.stringify(diagnostics).length).toBeLessThan(200_000)
    },
    20_000,
  )
})

const start = 'specVersion: ecp/v0.5-draft\nkind: Context\nmetadata: { name: a, version: 1.0.0 }\n'
const end = 'orchestration: { entrypoint: a, strategy: single }\nexecutors: [{ name: a, type: agent }]\n'

test('a byte order mark at the start, CR LF and anchors are read, with right places', () => {
  const text = `\ufeff${start}_meta: { a: &x [1, 2], b: *x }\n${end}`.replaceAll('\n', '\r\n')
  const { document, diagnostics } = parseContext(text, 'c.yaml')
  expect(diagnostics).toEqual([])
  expect(document?.value._meta).toEqual({ a: [1, 2], b: [1, 2] })
  expect(document?.at(['specVersion'])).toMatchObject({ line: 1, column: 14 })
  expect(document?.at(['_meta', 'b'])).toMatchObject({ line: 4, column: 27 })
})

test('JSON with tabs and escapes is YAML', () => {
  const text = JSON.stringify(
    {
      specVersion: 'ecp/v0.5-draft',
      kind: 'Context',
      metadata: { name: 'a/é😀', version: '1.0.0' },
      orchestration: { entrypoint: 'a', strategy: 'single' },
      executors: [{ name: 'a', type: 'agent' }],
    },
    null,
    '\t',
  )
    .replace('a/', 'a\\/')
    .replace('é😀', '\\u00e9\\ud83d\\ude00')
  expect(parseContext(text, 'c.json').document?.value.metadata.name).toBe('a/é😀')
})

test('keys that every object has are ordinary keys of free maps', () => {
  const text = `${start}schemas: { constructor: { type: object, properties: { toString: { type: string }, hasOwnProperty: {} } } }\n${end}`
  const { document, diagnostics } = parseContext(text, 'c.yaml')
  expect(diagnostics).toEqual([])
  expect(Object.keys(document?.value.schemas ?? {})).toEqual(['constructor'])
  const missing = `${start}${end.replace('type: agent', 'type: agent, outputSchemaRef: "#/schemas/constructor"')}`
  expect(parseContext(missing, 'c.yaml').diagnostics).toMatchObject([{ code: 'reference' }])
})

test('a character that turns the writing direction is warned about', () => {
  const { document, diagnostics } = parseContext(`${start}${end}# a\u202eb\n`, 'c.yaml')
  expect(document).toBeDefined()
  expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'advice', range: { line: 6, column: 4 } }])
})

test('warnings, however many, do not hide an error behind them', () => {
  const rule = `{ tool: "a:b", when: "args.path.startsWith('/srv')" }`
  const policies = (last: string) =>
    `policies: { toolAccess: { default: deny, allow: [${`${rule}, `.repeat(400)}${last}] } }`
  const written = (last: string) => `${start}${end.replace('type: agent', `type: agent, ${policies(last)}`)}`
  const warned = parseContext(written(rule), 'c.yaml')
  expect(warned.document).toBeDefined()
  expect(warned.diagnostics).toHaveLength(201)
  const refused = parseContext(written('{ tool: "a:b", when: "args." }'), 'c.yaml')
  expect(refused.document).toBeUndefined()
  expect(refused.diagnostics.some(({ severity }) => severity === 'error')).toBe(true)
})
