import type { Json } from '@ecp/protocol'
import { hiddenCharacters } from '../../text/hidden-characters.ts'

/** An argument that a grant can be tied to: its value as CEL writes it. */
export interface Tie {
  readonly name: string
  readonly cel: string
}

const longest = 200

/**
 * The arguments of a held call that a condition can compare: texts, numbers and booleans that a person can read at a glance, in
 * their order. Texts that are no Unicode (lone surrogates) have no literal in CEL and are left out.
 */
export function tiesOf(args: Json | undefined): readonly Tie[] {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return []
  return Object.entries(args).flatMap(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return []
    if (!name.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) return []
    const cel = literalOf(value)
    return cel.length > longest ? [] : [{ name, cel }]
  })
}

/** The condition (CEL) under which these arguments are exactly as they were; `true` for none of them. */
export function conditionOf(ties: readonly Tie[]): string {
  if (ties.length === 0) return 'true'
  return ties.map(({ name, cel }) => `${fieldOf(name)} == ${cel}`).join(' && ')
}

function fieldOf(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `args.${name}` : `args[${literalOf(name)}]`
}

/** With hidden characters written out: a field that is edited shows text as it is, and some of them would reorder it. */
function literalOf(value: string | number | boolean): string {
  return JSON.stringify(value).replaceAll(hiddenCharacters, (character) => {
    const code = character.codePointAt(0) ?? 0
    const digits = code.toString(16)
    return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`
  })
}
