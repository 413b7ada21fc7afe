import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const Turn = z.strictObject({
  after: z.array(z.string()),
  say: z.string().optional(),
  call: z.strictObject({ tool: z.string(), args: z.record(z.string(), z.unknown()) }).optional(),
})
const Recording = z.strictObject({ turns: z.array(Turn).min(1) })

/** What the recorded model says, and calls, once the tools of `after` have answered. */
export type Turn = z.infer<typeof Turn>

/** Reads a recording; `${name}` in it becomes `values[name]`, and a name without a value is an error. */
export function readRecording(file: string, values: Readonly<Record<string, string>>): readonly Turn[] {
  const text = readFileSync(file, 'utf8')
  return Recording.parse(
    parse(text, (_key, value: unknown) => (typeof value === 'string' ? fill(value, values) : value)),
  ).turns
}

/** The turn that comes when these tools have answered, in this order; undefined when the recording holds none. */
export function nextTurn(turns: readonly Turn[], answered: readonly string[]): Turn | undefined {
  return turns.find((turn) => turn.after.join() === answered.join())
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (_match, name: string) => {
    const value = values[name]
    if (value === undefined) throw new RangeError(`the recording names \`${name}\`, which has no value`)
    return value
  })
}

/** The model provider, in OpenClaw's settings, that plays a recording at this address. */
export function recordedProvider(baseUrl: string) {
  return { baseUrl, apiKey: 'none', api: 'openai-completions', models: [{ id: 'fake-1', name: 'A recording' }] }
}
