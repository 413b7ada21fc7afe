import { type Code, codes, type Effect, type Layer, layers, type Reason, type SourceRange } from '@ecp/protocol'

/** Longest message, in UTF-16 units: what others name may be of any length. */
const longest = 1_000

/** A reason, with its rule's place where it comes from one. */
export function reason(code: Code, layer: Layer, text: string, rule?: SourceRange): Reason {
  const message = text.length > longest ? `${text.slice(0, longest).toWellFormed()}...` : text
  return rule === undefined ? { code, layer, message } : { code, layer, rule, message }
}

const strictness: Record<Effect, number> = { deny: 0, propose: 1, hold: 2, allow: 3 }
const codeOrder = new Map(Object.keys(codes).map((code, index) => [code, index]))

/** The one order of reasons: strictest effect first, then layer from the outside in, code, place and message. */
export function inOrder(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.length < 2 ? reasons : [...reasons].sort(compare)
}

function compare(a: Reason, b: Reason): number {
  return (
    strictness[codes[a.code]] - strictness[codes[b.code]] ||
    layers.indexOf(a.layer) - layers.indexOf(b.layer) ||
    (codeOrder.get(a.code) ?? 0) - (codeOrder.get(b.code) ?? 0) ||
    comparePlaces(a.rule, b.rule) ||
    compareText(a.message, b.message)
  )
}

function comparePlaces(a: SourceRange | undefined, b: SourceRange | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1)
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The strictest effect wins: deny > propose > hold > allow; nothing at all is a deny. */
export function strictest(reasons: readonly Reason[]): Effect {
  let effect: Effect = 'allow'
  for (const { code } of reasons) if (strictness[codes[code]] < strictness[effect]) effect = codes[code]
  return reasons.length === 0 ? 'deny' : effect
}
