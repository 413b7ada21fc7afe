import type { z } from 'zod'
import type { Fault } from './diagnostic.ts'
import type { Path } from './document.ts'
import { nearest } from './nearest.ts'
import { quote, typeOf, visible } from './quote.ts'
import { holdsSecret } from './sensitive.ts'
import { keysOf, member, schemasAt } from './shape.ts'

type Issue = z.core.$ZodIssue

/** What a document's kind has to say about a fault that its schema found; undefined leaves the words to us. */
export type Explain = (fault: Fault, value: unknown) => Partial<Fault> | undefined

/** Turns the issues that zod found in `value` into faults that say what was meant; `most` of them. */
export function faultsOf(schema: z.ZodType, value: unknown, issues: readonly Issue[], most: number): Fault[] {
  const faults: Fault[] = []
  const add = (issue: Issue, base: Path): void => {
    if (faults.length >= most) return
    const path = [...base, ...pathOf(issue.path)]
    switch (issue.code) {
      case 'unrecognized_keys': {
        const known = keysOf(schemasAt(schema, path, value))
        for (const key of issue.keys.slice(0, most)) faults.push(unknownKey(path, key, known))
        return
      }
      case 'invalid_union': {
        if (issue.discriminator !== undefined) faults.push(wrongChoice(path, value, discriminators(issue)))
        else for (const inner of meant(issue, value, path)) add(inner, path)
        return
      }
      case 'invalid_key': {
        const reason = issue.issues[0]
        const key = String(path.at(-1))
        const problem = reason ? limit(reason) : undefined
        faults.push({
          code: 'wrong-value',
          path,
          on: 'key',
          message: `name ${quote(key)} ${problem?.message ?? 'does not have the right form'}`,
          expected: problem?.expected,
        })
        // zod does not look at the value under a wrong key; its faults are faults all the same.
        for (const [inner, at] of valueIssues(schema, path, value)) add(inner, at)
        return
      }
      default:
        faults.push(leaf(issue, path, value))
    }
  }
  for (const issue of issues.slice(0, most)) add(issue, [])
  return faults.filter((fault) => !isMisspelt(fault, faults))
}

/** Whether a key is only missing because another one in its mapping was meant to be it. */
function isMisspelt(fault: Fault, faults: readonly Fault[]): boolean {
  if (fault.code !== 'missing-key') return false
  const key = fault.path.at(-1)
  const owner = fault.path.slice(0, -1)
  return faults.some(
    ({ code, nearest: meantKey, path }) =>
      code === 'unknown-key' &&
      meantKey === key &&
      path.length === fault.path.length &&
      owner.every((part, i) => part === path[i]),
  )
}

function pathOf(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'number' ? part : String(part)))
}

function lookUp(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(member, value)
}

function unknownKey(path: Path, key: string, known: readonly string[]): Fault {
  const inside = path.length === 0 ? '' : ` in ${subjectOf(path)}`
  return {
    code: 'unknown-key',
    path: [...path, key],
    on: 'key',
    message: `unknown key ${quote(key)}${inside}`,
    expected: known,
    nearest: nearest(key, known),
  }
}

/** How a value is named in a message: its key, or its list and place in it. */
function subjectOf(path: Path): string {
  const key = path.at(-1)
  if (key === undefined) return 'the document'
  return `\`${typeof key === 'number' ? `${path.at(-2) ?? ''}[${key}]` : visible(key)}\``
}

function valueIssues(schema: z.ZodType, path: Path, value: unknown): [Issue, Path][] {
  const own = lookUp(value, path)
  return schemasAt(schema, path, value).flatMap((inner) => {
    const result = isSchema(inner) ? inner.safeParse(own) : undefined
    return (result?.error?.issues ?? []).map((issue): [Issue, Path] => [issue, path])
  })
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && 'safeParse' in value
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>

function discriminators(issue: UnionIssue): unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : []
}

/** The issues of the branch of a union that was meant: the one that takes this type of value, with the fewest faults. */
function meant(issue: UnionIssue, value: unknown, path: Path): readonly Issue[] {
  const own = lookUp(value, path)
  const inside = issue.errors.filter((branch) => !branch.some((i) => i.path.length === 0 && misses(i, own)))
  if (inside.length > 0) return inside.reduce((best, branch) => (branch.length < best.length ? branch : best))
  const choices = issue.errors.flatMap((branch) => branch.filter((i) => i.path.length === 0))
  const values = choices.flatMap((i) =>
    i.code === 'invalid_value' ? i.values : i.code === 'invalid_type' && i.expected === 'boolean' ? [true, false] : [],
  )
  if (
    values.length > 0 &&
    choices.every((i) => i.code === 'invalid_value' || (i.code === 'invalid_type' && i.expected === 'boolean'))
  ) {
    return [{ code: 'invalid_value', values, path: [], message: '' }]
  }
  const types = [...new Set(choices.map(expectedType))]
  return [{ code: 'invalid_type', expected: types.join(' or ') as 'unknown', path: [], message: '' }] // reason: zod's names are a closed list; ours are words
}

/** Whether an issue says that the value is not even of the type that a branch takes. */
function misses(issue: Issue, own: unknown): boolean {
  if (issue.code === 'invalid_type') return true
  return (
    issue.code === 'invalid_value' && issue.values.every((v) => typeof v !== typeof own || typeof own === 'boolean')
  )
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
}

function expectedType(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map((v) => String(v)).join(', ')
  if (issue.code !== 'invalid_type') return 'another value'
  return Object.hasOwn(typeNames, issue.expected) ? (typeNames[issue.expected] ?? '') : issue.expected
}

function leaf(issue: Issue, path: Path, value: unknown): Fault {
  const own = lookUp(value, path)
  const key = path.at(-1)
  if (own === undefined) {
    const expected =
      issue.code === 'invalid_value' ? issue.values.map((v) => `${String(key)}: ${String(v)}`) : [expectedType(issue)]
    return { code: 'missing-key', path, message: `\`${String(key ?? '')}\` is missing`, expected }
  }
  if (issue.code === 'invalid_value') return wrongChoice(path, value, [...issue.values])
  const shown = holdsSecret(path) ? '' : ` ${quote(own)}`
  const subject = subjectOf(path)
  if (issue.code === 'invalid_type') return { code: 'wrong-type', path, ...wrongType(issue, subject, own, shown) }
  const problem = limit(issue)
  return {
    code: 'wrong-value',
    path,
    message: `${subject}:${shown === '' ? ' the value' : shown} ${problem.message}`,
    expected: problem.expected,
  }
}

function wrongType(
  issue: Issue,
  subject: string,
  own: unknown,
  shown: string,
): Pick<Fault, 'message' | 'expected' | 'nearest'> {
  const wanted = expectedType(issue)
  const found = own === null ? 'nothing' : `${typeOf(own)}${typeof own === 'object' ? '' : shown}`
  const message = `${subject} must be ${wanted}, found ${found}`
  const scalar = typeof own !== 'object'
  if (wanted === 'a list' && scalar && shown !== '')
    return { message, expected: ['a list'], nearest: `[${JSON.stringify(own)}]` }
  // The number's own text is lost here (`1.0` is read as 1), so that it is not repeated in quotes.
  if (wanted === 'text' && scalar && own !== null) return { message, expected: ['text, in quotes'] }
  return { message, expected: [wanted] }
}

function wrongChoice(path: Path, value: unknown, allowed: readonly unknown[]): Fault {
  const own = lookUp(value, path)
  const words = allowed.map(String)
  const key = path.at(-1)
  if (own === undefined) {
    return {
      code: 'missing-key',
      path,
      message: `\`${String(key)}\` is missing`,
      expected: words.map((word) => `${String(key)}: ${word}`),
    }
  }
  const sameType = allowed.some((value) => typeof value === typeof own)
  const subject = subjectOf(path)
  return {
    code: sameType ? 'wrong-value' : 'wrong-type',
    path,
    message: `${subject} cannot be ${typeof own === 'object' ? typeOf(own) : quote(own)}`,
    expected: words,
    nearest: typeof own === 'object' ? undefined : choice(own, allowed, words),
  }
}

/** The choice that was meant; the same text written as another type is meant in quotes. */
function choice(own: unknown, allowed: readonly unknown[], words: readonly string[]): string | undefined {
  const same = allowed.find((value) => String(value) === String(own))
  if (same !== undefined) return typeof same === 'string' ? `"${same}"` : String(same)
  return nearest(String(own), words)
}

/** What a value of the right type breaks, in words that follow the value. */
function limit(issue: Issue): { message: string; expected?: string[] } {
  switch (issue.code) {
    case 'too_small': {
      if (issue.origin === 'string') return { message: 'must not be empty' }
      if (issue.origin === 'array') return { message: 'must have at least one item' }
      const bound = `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
      return { message: `must be ${bound}`, expected: [`a number of ${bound}`] }
    }
    case 'too_big': {
      if (issue.origin === 'string') return { message: `has more than ${issue.maximum} characters` }
      return { message: `must be at most ${issue.maximum}` }
    }
    case 'invalid_format':
      return issue.format === 'url'
        ? { message: 'is not a URL', expected: ['a URL such as https://example.com/mcp'] }
        : { message: 'does not have the right form', expected: [issue.message] }
    default:
      return { message: 'is not allowed' }
  }
}
