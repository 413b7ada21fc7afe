import type { Json, JsonObject } from '@ecp/protocol'
import { Conversation } from './conversation.ts'
import type { Message, OpenLine } from './line.ts'
import type { Step } from './script.ts'

/** Messages by their method, answers under `answer`. */
export type Heard = Readonly<Record<string, readonly Message[]>>
/** What came back in each step, without what differs from one time to the next. */
export type Transcript = ReadonlyMap<string, Heard>

/** Plays a script to the end on a connection of its own and gives what came back. */
export async function record(script: readonly Step[], open: OpenLine): Promise<Transcript> {
  await using conversation = new Conversation(open)
  const transcript = new Map<string, Heard>()
  for (const { name, run } of script) {
    await run(conversation, name).catch((error) => {
      throw new TypeError(`step \`${name}\`: ${String(error)}`)
    })
    transcript.set(name, byKind(conversation.turn().map((message) => normalised(message) as Message))) // reason: same shape, other strings
  }
  return transcript
}

/**
 * By method, answers apart: messages of one kind keep their order, and those that may overtake each other on streams of
 * their own do not. What the server only repeats (it changed, look again; as time goes
 * by; roots, where its own question has no answer yet when a tool asks) counts once.
 */
function byKind(messages: readonly Message[]): Heard {
  const isRepeated = (message: Message, index: number, all: readonly Message[]) =>
    /list_changed$|updated$|message$|status$|^roots\/list$/.test(message.method ?? '') &&
    JSON.stringify(message) === JSON.stringify(all[index - 1])
  const kinds = Object.entries(Object.groupBy(messages, ({ method }) => method ?? 'answer'))
  return Object.fromEntries(
    kinds.map(([kind, all = []]) => [kind, all.filter((message, index) => !isRepeated(message, index, all))]),
  )
}

const changing: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9a-f]{32}\b/g, '<task>'],
  [/\b\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>'],
  [/\b\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, '<time>'],
]
const simulated = /^(Debug|Info|Notice|Warning|Error|Critical|Emergency)-level message|^Alert level-message/

function normalised(value: Json, key = ''): Json {
  if (typeof value === 'string') {
    const text = key === 'blob' ? printable(value) : value
    return changing.reduce((before, [pattern, name]) => before.replaceAll(pattern, name), text)
  }
  if (Array.isArray(value)) return value.map((item) => normalised(item))
  if (typeof value !== 'object' || value === null) return value
  const { method, id, data, status, ...rest } = value as JsonObject // reason: neither a string, nor an array, nor null
  const object = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalised(item, name)]))
  // A request of the server has an id of its own; a simulated log message is one of eight, by chance.
  if (typeof method === 'string' && id !== undefined) return { ...object, id: '<id>' }
  if (typeof data === 'string' && 'level' in rest && simulated.test(data))
    return { level: '<level>', data: '<message>' }
  // How far a task has come by now.
  if (status === 'working' && 'statusMessage' in rest) return { ...object, statusMessage: '<stage>' }
  return object
}

/** The text of a blob, where it is one: the time of day is in it. */
function printable(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString()
  return /^[\x20-\x7e\u202f]*$/.test(text) ? `base64 of ${text}` : base64
}
