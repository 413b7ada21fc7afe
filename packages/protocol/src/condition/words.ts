import { type ASTNode, parse, serialize } from '@marcbachmann/cel-js'

/**
 * A condition over `args` as a person would say it: comparisons, lists, prefixes and the like, joined by "and" and "or". Every
 * part that these words do not fit exactly stands there as its CEL text. Undefined for `true`, which asks for nothing.
 */
export function conditionWords(source: string): string | undefined {
  try {
    const { ast } = parse(source)
    return ast.op === 'value' && ast.args === true ? undefined : said(ast)
  } catch {
    return inCel(source)
  }
}

/** Parts that are joined are told apart by brackets wherever "and" and "or" meet, so that it can be read in one way only. */
function said(node: ASTNode, isPart = false): string {
  if (node.op !== '&&' && node.op !== '||') return simple(node, true) ?? inCel(textOf(node))
  const text = flat(node, node.op)
    .map((part) => said(part, true))
    .join(node.op === '&&' ? ', and ' : ', or ')
  return isPart ? `(${text})` : text
}

function flat(node: ASTNode, op: '&&' | '||'): readonly ASTNode[] {
  return node.op === op ? node.args.flatMap((part) => flat(part, op)) : [node]
}

type Verb = readonly [is: string, not: string]

const comparisons: Readonly<Record<string, Verb>> = {
  '==': ['is', 'is not'],
  '!=': ['is not', 'is'],
  '<': ['is less than', 'is not less than'],
  '<=': ['is at most', 'is not at most'],
  '>': ['is more than', 'is not more than'],
  '>=': ['is at least', 'is not at least'],
}
const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
const methods: Readonly<Record<string, Verb>> = {
  startsWith: ['begins with', 'does not begin with'],
  endsWith: ['ends with', 'does not end with'],
  contains: ['contains', 'does not contain'],
}

/** A part that asks one thing. Undefined where no words fit it exactly. */
function simple(node: ASTNode, yes: boolean): string | undefined {
  const verb = ([is, not]: Verb) => (yes ? is : not)
  const sentence = (...parts: readonly (string | undefined)[]) =>
    parts.every((part) => part !== undefined) ? parts.join(' ') : undefined
  switch (node.op) {
    case '!_':
      return simple(node.args, !yes)
    case '.':
    case '[]':
      return sentence(subject(node), yes ? 'is true' : 'is false')
    case 'in': {
      const [item, list] = node.args
      if (list.op === 'list') {
        const items = list.args.map(literal)
        const listed = items.length > 0 && items.every((one) => one !== undefined) ? items.join(', ') : undefined
        return sentence(subject(item), verb(['is one of', 'is none of']), listed)
      }
      return sentence(literal(item), verb(['is in', 'is not in']), subject(list))
    }
    case 'call': {
      const [name, [first, second]] = node.args
      if (name === 'has' && first && !second) return sentence(subject(first), verb(['is given', 'is not given']))
      if (name === 'within' && first && second)
        return sentence(subject(first), verb(['lies within', 'does not lie within']), literal(second))
      return undefined
    }
    case 'rcall': {
      const [name, of, [first, ...more]] = node.args
      const words = Object.hasOwn(methods, name) ? methods[name] : undefined
      if (!words || !first || more.length > 0 || first.op !== 'value' || typeof first.args !== 'string')
        return undefined
      return sentence(subject(of), verb(words), literal(first))
    }
    default:
      return comparison(node, verb)
  }
}

function comparison(node: ASTNode, verb: (words: Verb) => string): string | undefined {
  const words = comparisons[node.op]
  if (words === undefined) return undefined
  // reason: an operator of the table has two operands
  const [left, right] = node.args as [ASTNode, ASTNode]
  const [named, value] = [subject(left), literal(right)]
  if (named !== undefined && value !== undefined) return `${named} ${verb(words)} ${value}`
  const [constant, other] = [literal(left), subject(right)]
  const turned = comparisons[mirrored[node.op] ?? node.op]
  if (constant !== undefined && other !== undefined && turned) return `${other} ${verb(turned)} ${constant}`
  return named !== undefined && other !== undefined ? `${named} ${verb(words)} ${other}` : undefined
}

/** An argument, or what we say of one: `a.b`, its host, its size. */
function subject(node: ASTNode): string | undefined {
  if (node.op === 'call') {
    const [name, [only, ...more]] = node.args
    if ((name !== 'host' && name !== 'size') || !only || more.length > 0) return undefined
    const path = pathOf(only)
    return path === undefined ? undefined : `the ${name} of ${path}`
  }
  return pathOf(node)
}

function pathOf(node: ASTNode): string | undefined {
  const keys: string[] = []
  let at = node
  for (;;) {
    if (at.op === 'id') return at.args === 'args' && keys.length > 0 ? `\`${keys.reverse().join('.')}\`` : undefined
    if (at.op !== '.' && at.op !== '[]') return undefined
    const [of, key] = at.args
    const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined
    // A name with anything else in it could be read as something else.
    if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return undefined
    keys.push(name)
    at = of
  }
}

function literal(node: ASTNode): string | undefined {
  if (node.op === '-_') {
    const positive = node.args.op === 'value' && isNumber(node.args.args) ? literal(node.args) : undefined
    return positive === undefined ? undefined : `-${positive}`
  }
  if (node.op !== 'value') return undefined
  const value: unknown = node.args
  if (typeof value === 'string') return JSON.stringify(value)
  if (isNumber(value) || typeof value === 'boolean') return String(value)
  return value === null ? 'null' : undefined
}

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint'

/** The text of a part, read back to be sure of it: where brackets stand decides what it says. */
function textOf(node: ASTNode): string {
  const text = serialize(node)
  if (shape(parse(text).ast) !== shape(node)) throw new SyntaxError('a part that cannot be written by itself')
  return text
}

/** A tree without where its parts stand in the text. */
const shape = (node: ASTNode): string =>
  JSON.stringify(node, (key, value: unknown) => {
    if (key === 'pos' || key === 'start' || key === 'end' || key === 'input' || key === 'range') return undefined
    return typeof value === 'bigint' ? `${value}n` : value
  })

/** The CEL text itself, between marks that it does not hold. */
function inCel(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}${text}${marks} holds`
}
