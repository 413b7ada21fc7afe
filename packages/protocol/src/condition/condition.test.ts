import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../json.ts'
import { adviseCondition } from './advise.ts'
import { compileCondition } from './condition.ts'
import type { Facts } from './facts.ts'

const data = {
  amount: 500.5,
  whole: 500,
  huge: 2 ** 60,
  path: '/srv/out/../../etc/passwd',
  url: 'https://Evil.example:8443/x',
  tags: ['a', 'b'],
  rows: [
    { id: 1, tags: ['x'] },
    { id: 2, tags: [] },
  ],
  long: Array.from({ length: 1_001 }, (_, i) => i),
  nothing: null,
}

function factsOf(args: Json): Facts {
  return {
    args,
    inputs: { payee: 'alice', payees: ['alice', 'bob'], limit: 500 },
    action: { kind: 'tool.call', target: 'bank:send', origin: 'model' },
    executor: 'main',
    principal: 'somebody',
    usage: (name) => (name === 'usage.sum:bank:send amount' ? 99.5 : 3),
    now: Date.UTC(2026, 10, 22, 12),
  }
}

const holds: [source: string, wanted: boolean | 'error'][] = [
  ['args.amount <= 500', false],
  ['args.amount <= 500.5', true],
  ['args.whole <= 500', true],
  ['args.whole <= 500.5', true],
  ['args.whole == 500.0 && args.whole == 500', true],
  ['args.whole + 0.5 == args.amount', true],
  ['args.amount * 2 == 1001.0', true],
  ['args.whole / 3 == 166', true],
  ['args.huge > 1', 'error'],
  ['args.missing == 1', 'error'],
  ['has(args.missing)', false],
  ['has(args.nothing) && args.nothing == null', true],
  ['args.nothing.more == 1', 'error'],
  ['args.missing == 1 || args.whole == 500', true],
  ['"alice" in inputs.payees && inputs.payee == "alice"', true],
  ['args.whole <= inputs.limit', true],
  ['within(args.path, "/srv/out")', false],
  ['host(args.url) == "evil.example"', true],
  ['within(args.whole, "/")', 'error'],
  ['action.kind == "tool.call" && action.target == "bank:send" && action.origin == "model"', true],
  ['executor.name == "main" && principal.name == "somebody"', true],
  ['usage.calls("bank:send") < 4 && usage.toolCalls == 3 && usage.tokens == 3 && usage.denials == 3', true],
  ['usage.sum("bank:send", "amount") + args.whole <= 600', true],
  ['now.getHours() == 12 && now > timestamp("2026-01-01T00:00:00Z")', true],
  ['args.tags.all(t, t != "c") && args.tags.exists(t, t == "b")', true],
  ['args.rows.all(r, r.tags.all(t, t == "x"))', true],
  ['args.rows.filter(r, r.id > 1).exists_one(r, r.id == 2)', true],
  ['args.rows.map(r, r.id) == [1, 2]', true],
  ['args.path.split("/").exists(p, p == "..")', true],
  ['args.path.matches("^/srv/") && !args.path.matches("^srv")', true],
  ['args.long.all(x, x >= 0)', 'error'],
  ['size(args.long) == 1001 && 1000 in args.long', true],
  ['args.constructor == 1', 'error'],
  ['args.__proto__ == 1', 'error'],
  ['args.toString != ""', 'error'],
  ['has(args.constructor) || has(args.hasOwnProperty) || "valueOf" in args.rows[0]', false],
  ['args["constructor"] == 1', 'error'],
  ['args.path', 'error'],
  ['args.whole', 'error'],
]

test.each(holds)('`%s` is %s', (source, wanted) => {
  const compiled = compileCondition(source, 'bool')
  if (!compiled.ok) throw new SyntaxError(compiled.error)
  const result = compiled.condition.evaluate(factsOf(data))
  expect(result.ok ? result.value : 'error').toBe(wanted)
})

test.each([
  ['args.amount', 500.5],
  ['args.whole', 500],
  ['args.whole + args.amount', 1000.5],
  ['args.whole > 1 ? 1 : 2', 1],
  ['args.whole / 0', 'division by zero'],
  ['args.amount / 0.0', 'it does not give a number'],
  ['args.path', 'it does not give a number'],
])('the number `%s` is %s', (source, wanted) => {
  const compiled = compileCondition(source, 'number')
  if (!compiled.ok) throw new SyntaxError(compiled.error)
  const result = compiled.condition.evaluate(factsOf(data))
  expect(result.ok ? result.value : result.error).toBe(wanted)
})

const refused: [source: string, wanted: RegExp, offset?: number][] = [
  ['', /unexpected/],
  ['1 +', /unexpected token/, 3],
  ['size(args.path)', /gives int, not a boolean/],
  ['"text"', /gives string, not a boolean/, 0],
  ['amount > 1', /unknown name `amount`/, 0],
  ['args > 1', /no such overload/],
  ['cel.bind(x, args.path, x == "")', /no method `bind`/],
  ['type(args.x) == int', /no function `type`/],
  ['args.x.matches(args.y)', /literal/],
  ['args.x.matches("(?=a)")', /invalid or unsupported/],
  ['args.x.matches("a{1000}b{1000}")', /repeats too much/],
  ['args.x.split(args.y) == []', /literal/],
  ['usage.calls(args.tool) > 1', /literal/],
  ['usage.calls("bank") > 1', /not a tool/],
  ['usage.everything > 1', /`usage` has/],
  ['now.getHours("Europe/Berlin") > 1', /time zone/],
  ['args.a.all(x, x.all(y, y.all(z, z)))', /once/],
  ['args.a.all(args, args)', /taken/],
  ['(args.a + args.a).all(x, x)', /goes over/],
  ['args.a.map(x, x + x).all(y, y)', /goes over/],
  ['google.protobuf.Timestamp == 1', /unknown name/],
  [`${'('.repeat(40)}true${')'.repeat(40)}`, /maxDepth/],
  [Array.from({ length: 300 }, () => 'true').join(' && '), /maxAstNodes/],
  [`true || ${' '.repeat(4_000)} true`, /over 4000/],
]

test.each(refused)('`%s` is refused', (source, wanted, offset) => {
  const compiled = compileCondition(source, 'bool')
  expect(compiled.ok ? 'taken' : compiled.error).toMatch(wanted)
  if (offset !== undefined) expect(compiled).toMatchObject({ offset })
})

test('a condition names the counters that it looks at, each once', () => {
  const compiled = compileCondition('usage.calls("a:b") > usage.calls("a:b") + usage.denials', 'bool')
  expect(compiled.ok && compiled.condition.usage).toEqual([{ kind: 'calls', tool: 'a:b' }, { kind: 'denials' }])
  expect(compileCondition('usage.toolCalls', 'number')).toMatchObject({ ok: false })
})

test('an error holds nothing from the arguments', () => {
  for (const source of [
    'int(args.secret) == 1',
    'args[args.secret] == 1',
    'timestamp(args.secret) < now',
    'duration(args.secret) == duration("1s")',
    'bool(args.secret)',
  ]) {
    const compiled = compileCondition(source, 'bool')
    if (!compiled.ok) continue
    const result = compiled.condition.evaluate(factsOf({ secret: 'hunter2' }))
    expect(result.ok).toBe(false)
    expect(JSON.stringify(result)).not.toContain('hunter2')
  }
})

test.each([
  ['args.path.startsWith("/srv/")', /within\(\)/],
  ['args.file.matches("^/srv")', /within\(\)/],
  ['!args.url.startsWith("https://a.example")', /host\(\)/],
  ['args.name.startsWith("draft-")', undefined],
  ['within(args.path, "/srv")', undefined],
  ['1 +', undefined],
])('advice on `%s`', (source, wanted) => {
  const advice = adviseCondition(source)
  if (wanted === undefined) expect(advice).toEqual([])
  else expect(advice.join()).toMatch(wanted)
})

test('hostile texts and hostile data end within their bounds', () => {
  const text = 'a'.repeat(900_000)
  const big: Json = { text, list: Array.from({ length: 1_000 }, () => 'a'.repeat(900)), deep: nested(5_000) }
  const tooLarge = { ok: false, error: 'the data is too large for it' }
  for (const [source, wanted] of [
    // Without end where every way is tried.
    ['args.text.matches("^(a+)+$") && args.text.matches("(a|aa)+b")', { ok: true, value: false }],
    ['args.list.all(x, args.list.all(y, x.contains(y)))', tooLarge],
    ['args.list.exists(x, args.text.contains(x + "b"))', tooLarge],
    ['args.deep == args.deep', { ok: false, error: 'the data is nested too deeply' }],
    [`(${Array.from({ length: 80 }, () => 'args.text').join(' + ')}).contains("b")`, tooLarge],
  ] as const) {
    const compiled = compileCondition(source, 'bool')
    expect(compiled.ok && compiled.condition.evaluate(factsOf(big)), source).toEqual(wanted)
  }
})

test('compiling and evaluating never throws, whatever the text and the data', () => {
  const word = fc.constantFrom(
    'args',
    '.',
    'x',
    '(',
    ')',
    '"a"',
    '1',
    '1.5',
    '&&',
    '==',
    '<',
    'all',
    ',',
    '[',
    ']',
    '{',
    '}',
    ':',
    '?',
    '!',
    '-',
    'in',
    'matches',
    'usage',
    'calls',
    'has',
    ' ',
  )
  const source = fc.array(word, { maxLength: 25 }).map((words) => words.join(''))
  fc.assert(
    fc.property(fc.oneof(source, fc.string()), fc.jsonValue(), (given, args) => {
      for (const wanted of ['bool', 'number'] as const) {
        const compiled = compileCondition(given, wanted)
        if (!compiled.ok) continue
        const result = compiled.condition.evaluate(factsOf(args as Json)) // reason: what fast-check makes is JSON
        if (result.ok) expect(typeof result.value).toBe(wanted === 'bool' ? 'boolean' : 'number')
      }
    }),
    { seed: 20261122, numRuns: 2_000 },
  )
})

function nested(depth: number): Json {
  let value: Json = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}
