import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** What a person is asked: the arguments of an action of kind `human.ask`. */
export interface Question {
  readonly title: string
  /** What a plan asks of the person beside it. */
  readonly task?: string
  /** What the person has to see to answer it: outputs before it, by executor. */
  readonly show?: JsonObject
  /** Whose question it really is, where an agent elsewhere asks, and its words: data from outside, and nobody's here. */
  readonly said?: { readonly by: string; readonly text: string }
  /** JSON Schema (2020-12) that the answer has to fit; missing: any JSON value is an answer. */
  readonly answer?: JsonObject
}

/** An answer over this many bytes (UTF-8, RFC 8785) is none. */
export const maxAnswerBytes = 200_000

/** The question in an action's arguments; undefined where they ask nothing. */
export function questionIn(args: Json): Question | undefined {
  if (!isJsonObject(args)) return undefined
  const { title, task, show, said, answer } = args
  if (typeof title !== 'string') return undefined
  if (task !== undefined && typeof task !== 'string') return undefined
  if (show !== undefined && !isJsonObject(show)) return undefined
  if (answer !== undefined && !isJsonObject(answer)) return undefined
  const words = said === undefined ? undefined : saidIn(said)
  if (said !== undefined && !words) return undefined
  return {
    title,
    ...(task === undefined ? {} : { task }),
    ...(show === undefined ? {} : { show }),
    ...(words ? { said: words } : {}),
    ...(answer === undefined ? {} : { answer }),
  }
}

function saidIn(said: Json): Question['said'] {
  if (!isJsonObject(said)) return undefined
  const { by, text } = said
  return typeof by === 'string' && typeof text === 'string' ? { by, text } : undefined
}
