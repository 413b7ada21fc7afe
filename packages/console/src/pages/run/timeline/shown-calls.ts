import type { Call, Fate } from '../call.ts'

/** Which calls of a run a person wants to see. */
export interface Wanted {
  /** Empty: all. */
  readonly fates: ReadonlySet<Fate>
  /** Part of a target, of a reason's code, or of an executor's name; upper and lower case alike. */
  readonly text: string
}

/** The calls that are wanted, in their order. */
export function shownCalls(calls: readonly Call[], { fates, text }: Wanted): readonly Call[] {
  const part = text.trim().toLowerCase()
  if (part === '' && fates.size === 0) return calls
  return calls.filter((call) => (fates.size === 0 || fates.has(call.fate)) && (part === '' || speaksOf(call, part)))
}

function speaksOf({ target, executor, reasons }: Call, part: string): boolean {
  return [target, executor, ...reasons.map(({ code }) => code)].some((one) => one.toLowerCase().includes(part))
}
