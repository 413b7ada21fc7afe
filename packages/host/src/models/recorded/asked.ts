import { sha256 } from '@ecp/ledger'
import { canonical, type RecordedAsked } from '@ecp/protocol'
import type { ModelTurn } from '../turn.ts'

/**
 * sha-256 (hex) over the RFC 8785 JSON of a turn, without what only budgets look at. The ids of calls, which a provider makes
 * up, count as their places.
 */
export function turnDigest(target: string, { instructions, messages, tools, output }: ModelTurn): string {
  const places = new Map<string, number>()
  const placed = (id: string) => {
    const place = places.get(id) ?? places.size
    places.set(id, place)
    return place
  }
  const said = messages.map((message) => {
    if (message.role === 'user') return message
    if (message.role === 'tool') {
      return { ...message, results: message.results.map((result) => ({ ...result, id: placed(result.id) })) }
    }
    return { ...message, calls: message.calls?.map((call) => ({ ...call, id: placed(call.id) })) }
  })
  return sha256(canonical(JSON.parse(JSON.stringify({ target, instructions, messages: said, tools, output }))))
}

/** What of a turn a recording shows a reader, and finds it by. */
export function askedOf(target: string, turn: ModelTurn): RecordedAsked {
  const digest = turnDigest(target, turn)
  const last = turn.messages.at(-1)
  if (last?.role === 'user') return { user: last.text, digest }
  if (last?.role !== 'tool') return { digest }
  const results = last.results.map(({ tool, text, isError }) => ({ tool, text, ...(isError ? { isError } : {}) }))
  return { results, digest }
}

/** Where a turn is not what was asked, in words; undefined where it is. */
export function difference(asked: RecordedAsked, target: string, turn: ModelTurn): string | undefined {
  const last = turn.messages.at(-1)
  if (asked.instructions !== undefined && !fits(asked.instructions, turn.instructions ?? '')) {
    return 'the instructions are others'
  }
  if (asked.user !== undefined) {
    if (last?.role !== 'user') return 'the last message is not from the user'
    if (!fits(asked.user, last.text)) return 'the last message is another'
  }
  if (asked.results !== undefined) {
    const results = last?.role === 'tool' ? last.results : []
    if (results.length !== asked.results.length) return `the last message holds ${results.length} results of tools`
    for (const [index, wanted] of asked.results.entries()) {
      const result = results[index]
      if (result?.tool !== wanted.tool) return `result ${index + 1} is of \`${result?.tool}\``
      if (wanted.text !== undefined && !fits(wanted.text, result.text))
        return `the result of \`${wanted.tool}\` is another`
      if (wanted.isError !== undefined && wanted.isError !== (result.isError ?? false)) {
        return `\`${wanted.tool}\` ${result.isError ? 'failed' : 'did not fail'}`
      }
    }
  }
  if (asked.digest !== undefined && asked.digest !== turnDigest(target, turn)) {
    return 'something else of the turn is another: instructions, earlier messages, tools, schema or model'
  }
  return undefined
}

function fits(asked: string | { readonly has: readonly string[] }, text: string): boolean {
  return typeof asked === 'string' ? asked === text : asked.has.every((part) => text.includes(part))
}
