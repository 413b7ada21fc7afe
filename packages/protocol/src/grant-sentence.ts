import { conditionWords } from './condition/words.ts'
import type { GrantTerms } from './grant.ts'

/**
 * A grant as a sentence, for the person who is to sign it. It holds texts that others chose: whoever shows it makes what is
 * hidden in them visible.
 */
export function grantSentence({ target, executor, principal, condition, uses, until, run }: GrantTerms): string {
  const words = conditionWords(condition)
  const when = words === undefined ? 'whatever its arguments are' : `when ${words} (whatever its other arguments are)`
  const times = uses === 1 ? 'once' : `at most ${uses} times`
  const where = run === undefined ? `in any run of \`${principal}\`` : `in run \`${run}\` only`
  return `\`${target}\` may be called by executor \`${executor}\` for \`${principal}\`, ${when}, ${times}, until ${moment(until)}, ${where}`
}

function moment(at: number): string {
  const date = new Date(at)
  if (!Number.isFinite(date.getTime())) return String(at)
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
