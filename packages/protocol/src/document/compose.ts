import { isAlias, isMap, isScalar, isSeq, type Document as YamlDocument } from 'yaml'
import type { DiagnosticCode } from './diagnostic.ts'
import type { Span } from './lines.ts'
import { quote } from './quote.ts'
import type { Scalar, Tree } from './tree.ts'

/** Most values that a document may have once its aliases are expanded, and the deepest nesting. */
export const maxNodes = 100_000
export const maxDepth = 64

export interface SpanFault {
  readonly code: DiagnosticCode
  readonly message: string
  readonly span: Span
  readonly expected?: readonly string[]
}

/**
 * Turns YAML nodes into a tree of plain values. Refuses what a reader could misread or what has no JSON form: tags, merge
 * keys, keys that are not text, keys that stand twice, numbers that change when read, `__proto__`, and anything that
 * grows beyond its bounds through aliases.
 */
export function compose(text: string, document: YamlDocument.Parsed, report: (fault: SpanFault) => void): Tree {
  const anchors = new Map<string, unknown>()
  const open = new Set<unknown>()
  let nodes = 0
  let stopped = false

  const nothing = (span: Span): Tree => ({ kind: 'scalar', span, value: null })
  const stop = (span: Span, message: string): Tree => {
    if (!stopped) report({ code: 'bound', message, span })
    stopped = true
    return nothing(span)
  }

  const visit = (node: unknown, depth: number, fallback: Span): Tree => {
    const span = spanOf(node) ?? fallback
    if (stopped) return nothing(span)
    if (++nodes > maxNodes)
      return stop(span, `the document has more than ${maxNodes} values, aliases counted each time`)
    if (depth > maxDepth) return stop(span, `the document is nested more than ${maxDepth} levels deep`)
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined) {
        report({ code: 'syntax', message: `alias ${quote(`*${node.source}`)} has no anchor before it`, span })
        return nothing(span)
      }
      if (open.has(target)) return stop(span, `alias ${quote(`*${node.source}`)} stands inside its own anchor`)
      return { ...visit(target, depth + 1, span), span }
    }
    if (node === null || node === undefined) return nothing(span)
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
      if (node.tag !== undefined && node.tag !== '') {
        report({ code: 'unsupported', message: `tag ${quote(node.tag)} is not supported`, span })
      }
    }
    open.add(node)
    const tree = content(node, depth, span)
    open.delete(node)
    return tree
  }

  const content = (node: unknown, depth: number, span: Span): Tree => {
    if (isScalar(node)) return scalar(text, node.value, node.type, span, report)
    if (isSeq(node)) return { kind: 'list', span, items: node.items.map((item) => visit(item, depth + 1, span)) }
    if (!isMap(node)) return nothing(span)
    const tree: Tree = { kind: 'map', span, entries: new Map() }
    for (const pair of node.items) {
      const keySpan = spanOf(pair.key) ?? span
      const key = keyOf(pair.key, keySpan, report)
      const value = visit(pair.value, depth + 1, keySpan)
      if (key === undefined) continue
      if (tree.entries.has(key)) {
        report({ code: 'duplicate', message: `key ${quote(key)} stands twice in this mapping`, span: keySpan })
        continue
      }
      tree.entries.set(key, { key: keySpan, value })
    }
    return tree
  }

  return visit(document.contents, 0, [0, 0])
}

function spanOf(node: unknown): Span | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined
  return node.range ? [node.range[0], node.range[1]] : undefined
}

/** The text of a key; undefined, and reported, when it cannot be one. */
function keyOf(node: unknown, span: Span, report: (fault: SpanFault) => void): string | undefined {
  if (!isScalar(node) || typeof node.value !== 'string') {
    const shown = isScalar(node) ? quote(String(node.value)) : isAlias(node) ? quote(`*${node.source}`) : 'a collection'
    report({ code: 'wrong-type', message: `key ${shown} is not text`, span, expected: ['a key in quotes'] })
    return undefined
  }
  if (node.tag !== undefined && node.tag !== '') {
    report({ code: 'unsupported', message: `tag ${quote(node.tag)} is not supported`, span })
  }
  if (node.value === '<<' && node.type === 'PLAIN') {
    report({ code: 'unsupported', message: 'merge keys (`<<`) are not supported', span })
    return undefined
  }
  if (node.value === '__proto__') {
    report({ code: 'unknown-key', message: 'key `__proto__` is not allowed', span })
    return undefined
  }
  if (!node.value.isWellFormed()) {
    report({ code: 'syntax', message: 'key holds half of a surrogate pair', span })
    return undefined
  }
  return node.value
}

function scalar(
  text: string,
  value: unknown,
  type: string | undefined,
  span: Span,
  report: (fault: SpanFault) => void,
): Tree {
  let plain: Scalar = null
  if (typeof value === 'string') {
    if (!value.isWellFormed()) report({ code: 'syntax', message: 'text holds half of a surrogate pair', span })
    plain = value
  } else if (typeof value === 'bigint') {
    plain = Number(value)
    // A long identifier written as a number would silently become its neighbour.
    if (BigInt(Number.isFinite(plain) ? plain : 0) !== value && String(plain) !== String(value)) {
      report({
        code: 'wrong-value',
        message: `number ${quote(String(value))} cannot be held exactly`,
        span,
        expected: ['the number in quotes'],
      })
    }
  } else if (typeof value === 'number') {
    plain = Number.isFinite(value) ? value : null
    if (plain === null)
      report({ code: 'wrong-value', message: `number ${quote(text.slice(...span))} is not finite`, span })
  } else if (typeof value === 'boolean') {
    plain = value
  }
  if (typeof plain !== 'string') return { kind: 'scalar', span, value: plain }
  const verbatim = span[0] + (type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? 1 : 0)
  return text.startsWith(plain, verbatim)
    ? { kind: 'scalar', span, value: plain, verbatim }
    : { kind: 'scalar', span, value: plain }
}
