/** What stands between `${` and `}` in the arguments of a mount or a tool executor (context.md). */
export type Expression =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'item' }
  /** `path` names an executor and then, after a dot, a place in its output. */
  | { readonly kind: 'output'; readonly path: string }

/** An expression found in a text; `expression` is missing when it means nothing, `closed` false without its `}`. */
export interface FoundExpression {
  readonly offset: number
  readonly length: number
  readonly source: string
  readonly closed: boolean
  readonly expression?: Expression
}

/** Every `${...}` in a text, in order. There is no escape: a text that holds `${` holds an expression. */
export function expressionsIn(text: string): FoundExpression[] {
  const found: FoundExpression[] = []
  let offset = text.indexOf('${')
  while (offset >= 0) {
    const end = text.indexOf('}', offset)
    if (end < 0) {
      found.push({ offset, length: text.length - offset, source: text.slice(offset), closed: false })
      break
    }
    const expression = parse(text.slice(offset + 2, end).trim())
    const length = end + 1 - offset
    const source = text.slice(offset, end + 1)
    found.push({ offset, length, source, closed: true, ...(expression ? { expression } : {}) })
    offset = text.indexOf('${', end)
  }
  return found
}

function parse(inner: string): Expression | undefined {
  if (inner === 'item') return { kind: 'item' }
  const dot = inner.indexOf('.')
  const rest = inner.slice(dot + 1)
  if (dot < 0 || rest === '') return undefined
  if (inner.startsWith('inputs.')) return { kind: 'input', name: rest }
  if (inner.startsWith('outputs.')) return { kind: 'output', path: rest }
  return undefined
}
