import { z } from 'zod'
import { name, object } from '../context/base.ts'
import type { Json } from '../json.ts'

export const recordingVersions = ['ecp/v0.5'] as const

const json: z.ZodType<Json> = z.json() as z.ZodType<Json> // reason: zod's own JSON type is not readonly
const text = z.string()
/** Text that was asked, to the letter, or what has to stand in it. */
const asked = z.union([text, object({ has: z.array(text.min(1)).min(1) })])
const count = z.int().nonnegative()

const turn = object({
  executor: name.describe('Whose turn it is'),
  model: z
    .string()
    .regex(/^[^/]+\/.+$/, 'a model as provider/name')
    .optional()
    .describe('The model as provider/name; missing: any'),
  asked: object({
    user: asked.optional().describe('The last message, where it is from the user'),
    results: z
      .array(
        object({
          tool: z.string().describe('The tool as server:name'),
          text: asked.optional(),
          isError: z.boolean().optional(),
        }),
      )
      .min(1)
      .optional()
      .describe('The last message, where it holds results of tools'),
    instructions: asked.optional().describe('The system message; missing: any'),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'a sha-256 digest of 64 lower-case hex digits')
      .optional()
      .describe('Of the whole turn; missing: what is written above is enough'),
  }).describe('What a turn must be like to get this reply'),
  says: text.optional().describe('The text of the reply'),
  calls: z
    .array(object({ tool: z.string().min(1), arguments: json.optional(), badArguments: text.optional() }))
    .optional()
    .describe('The tools that the reply calls'),
  finish: z.enum(['stop', 'tool-calls', 'length', 'content-filter', 'other']).optional(),
  tokens: object({ prompt: count, completion: count })
    .optional()
    .describe('What the turn took; missing: what it reserved'),
})
export type RecordedTurn = z.infer<typeof turn>
export type RecordedAsked = RecordedTurn['asked']

/** Model turns in a file that a person can read: `ecp run --record`, `--recorded`. */
export const recording = object({ recording: z.enum(recordingVersions), turns: z.array(turn) })
export type Recording = z.infer<typeof recording>
