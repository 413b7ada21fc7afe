import { type ASTNode, parse } from '@marcbachmann/cel-js'

/**
 * What a person who wrote this condition may want to know, in sentences: a prefix test on what looks like a path or URL
 * lets `..` or another host through, so that within() or host() is meant. Empty for text that is no condition.
 */
export function adviseCondition(source: string): string[] {
  const advice = new Set<string>()
  try {
    visit(parse(source).ast, advice)
  } catch {
    return []
  }
  return [...advice]
}

function visit(node: ASTNode, advice: Set<string>): void {
  if (node.op === 'rcall') {
    const [method, of, [first]] = node.args
    if (first?.op === 'value' && typeof first.args === 'string') {
      const text =
        method === 'startsWith' ? first.args : method === 'matches' ? first.args.replace(/^\^/, '') : undefined
      const name = of.op === '.' ? of.args[1] : ''
      const anchored = method === 'startsWith' || (first.args.startsWith('^') && !ofOneName.test(first.args))
      if (text !== undefined && anchored && (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /ur[il]$/i.test(name)))
        advice.add(`a prefix test on a URL also fits other hosts, such as \`${text}.example\`; use host()`)
      else if (text !== undefined && anchored && (/^\\?\//.test(text) || /path|dir|file|folder$/i.test(name)))
        advice.add(`a prefix test on a path also fits \`${text}/../\`; use within()`)
    }
  }
  for (const child of [node.args].flat(3)) if (isNode(child)) visit(child, advice)
}

/** A pattern of a whole text that is one name: letters, digits, `_`, `.`, `-` and spaces, so that it leads into no other folder. */
const ofOneName =
  /^\^(?:[A-Za-z0-9_ -]|\\[.\-dw]|\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_.])+-?\]|[*+?]|\{\d+(?:,\d*)?\}|\((?!\?)|\))+\$$/

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
