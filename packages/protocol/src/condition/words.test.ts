import { expect, test } from 'vitest'
import { grantSentence } from '../grant-sentence.ts'
import { compileGrantCondition, grantProblem } from './grant.ts'
import { conditionWords } from './words.ts'

test.each([
  ['true', undefined],
  ['args.path.startsWith("/work/")', '`path` begins with "/work/"'],
  ['!args.path.startsWith("/work/")', '`path` does not begin with "/work/"'],
  ['within(args.path, "/work")', '`path` lies within "/work"'],
  ['!within(args.path, "/work")', '`path` does not lie within "/work"'],
  ['args.amount <= 500', '`amount` is at most 500'],
  ['500 >= args.amount', '`amount` is at most 500'],
  ['-1.5 < args["a"].b', '`a.b` is more than -1.5'],
  ['!(args.n < 2)', '`n` is not less than 2'],
  ['args.a == args.b', '`a` is `b`'],
  ['args.to in ["ada", "bob"]', '`to` is one of "ada", "bob"'],
  ['!(args.to in [1, null])', '`to` is none of 1, null'],
  ['"x" in args.tags', '"x" is in `tags`'],
  ['host(args.url) == "example.com"', 'the host of `url` is "example.com"'],
  ['size(args.text) < 10', 'the size of `text` is less than 10'],
  ['has(args.cc)', '`cc` is given'],
  ['!args.draft', '`draft` is false'],
  ['args.a == 1 && args.b == 2 && args.c', '`a` is 1, and `b` is 2, and `c` is true'],
  ['args.a == 1 && (args.b == 2 || args.c == 3)', '`a` is 1, and (`b` is 2, or `c` is 3)'],
  ['args.a == 1 && args.b == 2 || args.c == 3', '(`a` is 1, and `b` is 2), or `c` is 3'],
  // What no words fit exactly is shown as it is.
  ['args.n % 2 == 0', '`args.n % 2 == 0` holds'],
  ['!(args.a == 1 && args.b == 2)', '`!(args.a == 1 && args.b == 2)` holds'],
  ['args.a == 1 && args.t.matches("^x")', '`a` is 1, and `args.t.matches("^x")` holds'],
  ['args["a is 1, and b"] == 2', '`args["a is 1, and b"] == 2` holds'],
  ['args.list[0] == 1', '`args.list[0] == 1` holds'],
  ['args.a in []', '`args.a in []` holds'],
  ['args.a == "`, or `"', '`a` is "`, or `"'],
  ['args.a + "`" == "b"', '``args.a + "`" == "b"`` holds'],
  ['args.a == 2u', '`args.a == 2u` holds'],
  ['false', '`false` holds'],
  ['not CEL', '`not CEL` holds'],
])('`%s`', (source, wanted) => {
  expect(conditionWords(source)).toBe(wanted)
})

const terms = {
  target: 'fs:write_file',
  condition: 'within(args.path, "/work")',
  uses: 20,
  from: 0,
  until: 7_200_000,
  executor: 'writer',
  principal: 'ada',
  policyDigest: 'p',
}

test('a grant as a sentence', () => {
  expect(grantSentence(terms)).toBe(
    '`fs:write_file` may be called by executor `writer` for `ada`, when `path` lies within "/work" (whatever its other arguments are), at most 20 times, until 1970-01-01 02:00:00 UTC, in any run of `ada`',
  )
  expect(grantSentence({ ...terms, condition: 'true', uses: 1, run: 'r' })).toBe(
    '`fs:write_file` may be called by executor `writer` for `ada`, whatever its arguments are, once, until 1970-01-01 02:00:00 UTC, in run `r` only',
  )
})

test.each([
  ['inputs.open', 'inputs'],
  ['usage.toolCalls < 3', 'usage'],
  ['args.a == 1 && principal.name == "ada"', 'principal'],
])('a grant cannot depend on anything but the arguments: `%s`', (source, name) => {
  const compiled = compileGrantCondition(source)
  expect(compiled.ok ? undefined : compiled.error).toContain(`not at \`${name}\``)
})

test.each([
  [{ uses: 0 }, 'uses'],
  [{ uses: 1_001 }, 'uses'],
  [{ uses: 1.5 }, 'uses'],
  [{ until: 0 }, 'ends before'],
  [{ target: 'fs' }, 'server:tool'],
  [{ condition: 'args.a ==' }, 'condition'],
  [{ condition: '1 + 1' }, 'condition'],
])('terms that cannot be given: %j', (over, why) => {
  expect(grantProblem(terms)).toBeUndefined()
  expect(grantProblem({ ...terms, ...over })).toContain(why)
})
