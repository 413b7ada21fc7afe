import type { ASTNode } from '@marcbachmann/cel-js'
import { parsePattern } from '../pattern.ts'
import { Separator } from './environment.ts'
import { LinearPattern } from './linear.ts'
import type { UsageReference } from './usage.ts'

/** What reading a condition's tree tells before anything is evaluated. */
export interface Footprint {
  /** Fields of `args` and of `inputs` it names; `all` where it uses the map as a whole. */
  readonly args: ReadonlySet<string> | 'all'
  readonly inputs: ReadonlySet<string> | 'all'
  /** Our variables it uses. */
  readonly variables: ReadonlySet<string>
  readonly usage: readonly UsageReference[]
  /** How deep all, exists, exists_one, filter and map stand in each other: 0, 1 or 2. */
  readonly depth: number
  readonly splits: boolean
  /** Steps that one character of data can cost outside of any list. */
  readonly weight: number
}

/** A condition that is not taken, with where in its text. */
export class BoundsError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

export const variables = ['args', 'inputs', 'action', 'executor', 'principal', 'usage', 'now'] as const
const overLists = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])
const functions = new Set(['has', 'size', 'int', 'double', 'string', 'timestamp', 'duration', 'within', 'host'])
const methods = new Set([
  ...['size', 'startsWith', 'endsWith', 'contains', 'matches', 'split', 'lowerAscii', 'upperAscii', 'trim'],
  ...['indexOf', 'lastIndexOf', 'substring', 'calls', 'sum', 'getFullYear', 'getMonth', 'getDate', 'getDayOfMonth'],
  ...['getDayOfWeek', 'getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'],
])

/**
 * Reads a parsed condition and holds what bounds its evaluation: only functions that are linear, patterns and separators
 * that are literals (compiled here, in place), lists that come from the data and not from the condition's own results, and
 * at most one loop inside another. Throws {@link BoundsError}.
 */
export function footprint(root: ASTNode): Footprint {
  const args = new Set<string>()
  const inputs = new Set<string>()
  const whole = new Set<string>()
  const used = new Set<string>()
  const usage: UsageReference[] = []
  let splits = false
  let nodes = 0
  let patterns = 0
  let sums = 0

  const data = (name: string) => (name === 'args' ? args : name === 'inputs' ? inputs : undefined)

  /** Depth of the loops in `node`. `bound`: the names that the loops around it gave. */
  function visit(node: ASTNode, bound: readonly string[]): number {
    nodes++
    switch (node.op) {
      case 'value':
        return 0
      case 'id': {
        if (bound.includes(node.args)) return 0
        if (!(variables as readonly string[]).includes(node.args))
          // reason: includes() wants the narrow type
          throw new BoundsError(`unknown name \`${node.args}\`; there are ${variables.join(', ')}`, node.start)
        used.add(node.args)
        if (data(node.args)) whole.add(node.args)
        return 0
      }
      case '.':
        return field(node.args[0], node.args[1], bound) ?? visit(node.args[0], bound)
      case '[]': {
        const [of, index] = node.args
        const key = index.op === 'value' && typeof index.args === 'string' ? index.args : undefined
        if (key !== undefined && field(of, key, bound) !== undefined) return 0
        return Math.max(visit(of, bound), visit(index, bound))
      }
      case 'call': {
        const [name, list] = node.args
        if (!functions.has(name)) throw new BoundsError(`no function \`${name}\` is offered here`, node.start)
        return deepest(list, bound)
      }
      case 'rcall':
        return method(node.args[0], node.args[1], node.args[2], node.start, bound)
      case 'list':
        return deepest(node.args, bound)
      case 'map':
        return deepest(node.args.flat(), bound)
      case '!_':
      case '-_':
        return visit(node.args, bound)
      case '?:':
        return deepest(node.args, bound)
      case '.?':
      case '[?]':
        throw new BoundsError('optional access is not offered here; use has()', node.start)
      default:
        if (node.op === '+') sums++
        return deepest(node.args, bound)
    }
  }

  const deepest = (list: readonly ASTNode[], bound: readonly string[]): number =>
    list.reduce((depth, node) => Math.max(depth, visit(node, bound)), 0)

  function field(of: ASTNode, key: string, bound: readonly string[]): number | undefined {
    if (of.op !== 'id' || bound.includes(of.args)) return undefined
    if (of.args === 'usage') {
      if (key !== 'toolCalls' && key !== 'tokens' && key !== 'denials')
        throw new BoundsError(`\`usage\` has toolCalls, tokens, denials, calls() and sum(), no \`${key}\``, of.start)
      usage.push({ kind: key })
    }
    const named = data(of.args)
    if (named === undefined) return undefined
    nodes++
    used.add(of.args)
    named.add(key)
    return 0
  }

  function method(name: string, of: ASTNode, list: readonly ASTNode[], at: number, bound: readonly string[]): number {
    if (overLists.has(name)) return loop(name, of, list, at, bound)
    if (!methods.has(name)) throw new BoundsError(`no method \`${name}\` is offered here`, at)
    if (name.startsWith('get') && list.length > 0)
      throw new BoundsError(`\`${name}\` takes no time zone; \`now\` is in UTC`, at)
    if (name === 'matches') patterns += replace(of, list, at, (text) => new LinearPattern(text)).size
    if (name === 'split') {
      splits = true
      replace(of, list, at, (text) => new Separator(text))
    }
    if (name === 'calls' || name === 'sum') usage.push(counter(name, of, list, at))
    return deepest([of, ...list], bound)
  }

  function loop(name: string, of: ASTNode, list: readonly ASTNode[], at: number, bound: readonly string[]): number {
    const variable = list[0]
    if (variable?.op !== 'id' || list.length < 2) throw new BoundsError(`\`${name}\` takes a name and a condition`, at)
    if ((variables as readonly string[]).includes(variable.args) || bound.includes(variable.args))
      // reason: see above
      throw new BoundsError(`the name \`${variable.args}\` is taken`, variable.start)
    if (!isData(of))
      throw new BoundsError(
        `\`${name}\` goes over a list from args or inputs, a list of literals, split() or filter()`,
        of.start,
      )
    const depth = Math.max(visit(of, bound), 1 + deepest(list.slice(1), [...bound, variable.args]))
    if (depth > 2) throw new BoundsError('all, exists, exists_one, filter and map may stand in each other once', at)
    return depth
  }

  const depth = visit(root, [])
  return {
    args: whole.has('args') ? 'all' : args,
    inputs: whole.has('inputs') ? 'all' : inputs,
    variables: used,
    usage,
    depth,
    splits,
    weight: (nodes + patterns) * (1 + sums),
  }
}

/** Whether a node gives a part of the data, or a list no longer than what stands in the text. */
function isData(node: ASTNode): boolean {
  switch (node.op) {
    case 'id':
      return true
    case '.':
      return isData(node.args[0])
    case '[]':
      return isData(node.args[0])
    case 'list':
      return node.args.every((item) => item.op === 'value')
    case 'rcall':
      return node.args[0] === 'split' || (node.args[0] === 'filter' && isData(node.args[1]))
    default:
      return false
  }
}

/** Puts what a literal stands for in its place, so that it is compiled once and typed. */
function replace<T>(of: ASTNode, list: readonly ASTNode[], at: number, make: (text: string) => T): T {
  const literal = list[0]
  if (list.length !== 1 || literal?.op !== 'value' || typeof literal.args !== 'string')
    throw new BoundsError('matches() and split() take one literal text', literal?.start ?? of.end)
  try {
    const made = make(literal.args)
    Object.assign(literal, { args: made })
    return made
  } catch (cause) {
    throw new BoundsError(cause instanceof Error ? cause.message : 'not a pattern', at)
  }
}

function counter(name: 'calls' | 'sum', of: ASTNode, list: readonly ASTNode[], at: number): UsageReference {
  const [tool, field] = list.map((node) =>
    node.op === 'value' && typeof node.args === 'string' ? node.args : undefined,
  )
  if (of.op !== 'id' || of.args !== 'usage' || tool === undefined || list.length !== (name === 'calls' ? 1 : 2))
    throw new BoundsError('usage.calls(tool) and usage.sum(tool, field) take literal texts', at)
  try {
    parsePattern(tool)
  } catch {
    throw new BoundsError(`\`${tool}\` is not a tool as server:tool`, at)
  }
  if (name === 'calls') return { kind: 'calls', tool }
  if (field === undefined) throw new BoundsError('usage.sum(tool, field) takes literal texts', at)
  return { kind: 'sum', tool, field }
}
