/** One tool call as each engine is asked about it. */
export interface Question {
  readonly tool: string
  readonly amount: number
  readonly note: string
}

/** A policy decision point that was loaded with the benchmark's policy: true is allow. */
type Decider = (question: number) => boolean

/**
 * The same policy for every engine: `rules` tools are allowed by name, and the one in the middle, which all questions
 * are about, only while `args.amount <= limit`. Everything else is denied.
 */
export interface PolicyShape {
  readonly rules: number
  readonly tools: readonly string[]
  readonly asked: string
  readonly limit: number
}

export const executor = 'assistant'

export function policyShape(rules: number): PolicyShape {
  const tools = Array.from({ length: rules }, (_, index) => `files:read_${index}`)
  return { rules, tools, asked: `files:read_${rules >> 1}`, limit: 500 }
}

/** Arguments that differ from call to call, the last quarter of them over the limit. */
export function questions(shape: PolicyShape, count: number): readonly Question[] {
  return Array.from({ length: count }, (_, index) => ({
    tool: shape.asked,
    amount: index < (count * 3) / 4 ? index % shape.limit : shape.limit + 1 + index,
    note: `call ${index}`,
  }))
}

export interface Engine {
  /** Prepares everything that does not belong to one decision; a decider answers for the question with this index. */
  load(shape: PolicyShape, asked: readonly Question[]): Decider
}
