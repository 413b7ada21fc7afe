import { readFileSync } from 'node:fs'
import { MockLanguageModelV4 } from 'ai/test'
import { parse } from 'yaml'
import { z } from 'zod'

const Recording = z.strictObject({
  turns: z.array(
    z.strictObject({
      after: z.array(z.string()),
      say: z.string().optional(),
      call: z.strictObject({ tool: z.string(), args: z.record(z.string(), z.string()) }).optional(),
    }),
  ),
})
type Prompt = MockLanguageModelV4['doGenerateCalls'][number]['prompt']

const usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
}

/** A model that plays a recording; `${name}` in it becomes `values[name]`. */
export function recordedModel(file: string, values: Readonly<Record<string, string>>): MockLanguageModelV4 {
  const text = readFileSync(file, 'utf8')
  const { turns } = Recording.parse(parse(text, (_key, value: unknown) => filled(value, values)))
  return new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const answers = answered(prompt)
      const turn = turns.find(({ after }) => after.join() === answers.join())
      if (!turn) throw new RangeError(`the recording has no turn after ${answers.join(', ')}`)
      const { say, call } = turn
      return {
        content: [
          ...(say === undefined ? [] : [{ type: 'text' as const, text: say }]),
          ...(call
            ? [
                {
                  type: 'tool-call' as const,
                  toolCallId: `call-${answers.length}`,
                  toolName: call.tool,
                  input: JSON.stringify(call.args),
                },
              ]
            : []),
        ],
        finishReason: { unified: call ? 'tool-calls' : 'stop', raw: undefined },
        usage,
        warnings: [],
      }
    },
  })
}

/** The tools that have answered, in order. */
function answered(prompt: Prompt): string[] {
  return prompt.flatMap((message) =>
    message.role === 'tool'
      ? message.content.flatMap((part) => (part.type === 'tool-result' ? [part.toolName] : []))
      : [],
  )
}

function filled(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value !== 'string') return value
  return value.replace(/\$\{(\w+)\}/g, (_match, name: string) => {
    const found = values[name]
    if (found === undefined) throw new RangeError(`the recording names \`${name}\`, which has no value`)
    return found
  })
}
