import type { RecordedTurn, Recording } from '@ecp/protocol'
import { HostError } from '../../error.ts'
import type { Models } from '../models.ts'
import type { ModelReply, ModelTurn } from '../turn.ts'
import { difference } from './asked.ts'

/** The longest part of a message that stands in an error. */
const maxShown = 200

/**
 * Model turns from a recording. A turn gets the first reply that was recorded for what it asks and was not given yet: the order
 * in which executors ask does not matter. Fails with `model.not-recorded` for any other turn, and says what differs.
 */
export function playRecording({ turns }: Recording, file: string): Models {
  const left = new Set(turns)
  return {
    async generate(target, turn, { executor, onText, signal }) {
      signal.throwIfAborted()
      const found = [...left].find((one) => why(one, executor, target, turn) === undefined)
      if (!found) throw notRecorded(file, turns, left, { executor, target, turn })
      left.delete(found)
      if (found.says !== undefined) onText?.(found.says)
      return replyOf(found, turn, turns.indexOf(found))
    },
    async check() {},
    async close() {},
  }
}

function why(
  { asked, executor, model }: RecordedTurn,
  asks: string,
  target: string,
  turn: ModelTurn,
): string | undefined {
  if (executor !== asks) return `it is a turn of \`${executor}\``
  if (model !== undefined && model !== target) return `it is a turn of \`${model}\``
  return difference(asked, target, turn)
}

function replyOf({ says = '', calls = [], finish, tokens }: RecordedTurn, turn: ModelTurn, place: number): ModelReply {
  const offered = new Set((turn.tools ?? []).map(({ name }) => name))
  return {
    text: says,
    calls: calls.map(({ tool, arguments: args, badArguments }, index) => {
      const base = {
        id: `recorded-${place + 1}-${index + 1}`,
        tool,
        arguments: args ?? (badArguments === undefined ? {} : null),
      }
      if (!offered.has(tool)) return { ...base, fault: 'there is no tool of this name that you may call' }
      if (badArguments !== undefined)
        return { ...base, fault: 'the arguments are no JSON: call it again with one JSON object' }
      return base
    }),
    finish: finish ?? (calls.length > 0 ? 'tool-calls' : 'stop'),
    tokens: tokens ?? { prompt: turn.estimatedPromptTokens, completion: turn.maxOutputTokens },
  }
}

interface Asked {
  readonly executor: string
  readonly target: string
  readonly turn: ModelTurn
}

function notRecorded(
  file: string,
  turns: readonly RecordedTurn[],
  left: ReadonlySet<RecordedTurn>,
  { executor, target, turn }: Asked,
): HostError {
  const own = turns.map((one, index) => ({ one, index })).filter(({ one }) => one.executor === executor)
  const reasons = own.map(({ one, index }) => {
    const differs = why(one, executor, target, turn)
    return `turn ${index + 1}: ${differs ?? (left.has(one) ? 'it fits' : 'it was given already')}`
  })
  const none = own.length === 0 ? `it holds no turn of \`${executor}\`` : reasons.join('; ')
  const message = `recording \`${file}\` has no reply to this turn of \`${executor}\` (${target}), whose last message is ${shown(turn)}: ${none}`
  return new HostError('model.not-recorded', message)
}

function shown({ messages }: ModelTurn): string {
  const last = messages.at(-1)
  const text =
    last?.role === 'tool' ? last.results.map((one) => `${one.tool}: ${one.text}`).join(', ') : (last?.text ?? '')
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return `\`${line.length > maxShown ? `${line.slice(0, maxShown)}…` : line}\``
}
