import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** What a person is asked: the arguments of an action of kind `human.ask`. */
export interface Question {
  readonly title: string
  /** What a plan asks of the person beside it. */
  readonly task?: string
  /** What the person has to see to answer it: outputs before it, by executor. */
  readonly show?: JsonObject
  /** JSON Schema (2020-12) that the answer has to fit; missing: any JSON value is an answer. */
  readonly answer?: JsonObject
}

/** An answer over this many bytes (UTF-8, RFC 8785) is none. */
export const maxAnswerBytes = 200_000

/** The question in an action's arguments; undefined where they ask nothing. */
export function questionIn(args: Json): Question | undefined {
  if (!isJsonObject(args)) return undefined
  const { title, task, show, answer } = args
  if (typeof title !== 'string') return undefined
  if (task !== undefined && typeof task !== 'string') return undefined
  if (show !== undefined && !isJsonObject(show)) return undefined
  if (answer !== undefined && !isJsonObject(answer)) return undefined
  return {
    title,
    ...(task === undefined ? {} : { task }),
    ...(show === undefined ? {} : { show }),
    ...(answer === undefined ? {} : { answer }),
  }
}
