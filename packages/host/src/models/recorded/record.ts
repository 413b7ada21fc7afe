import { print, type RecordedTurn, recordingVersions } from '@ecp/protocol'
import type { Models } from '../models.ts'
import type { ModelReply, ModelTurn } from '../turn.ts'
import { askedOf } from './asked.ts'

const head = `# Model turns, written by \`ecp run --record\` and played by \`--recorded\`. A turn is found by what it asks, not by its place. Parts of
# \`asked\` may be left out, or be \`{ has: [...] }\`, to let it differ there.
`

/** Lets turns through and keeps what was asked and said. */
export interface Recorder {
  readonly models: Models
  /** The recording so far, as the text of its file. The same turns give the same text. */
  text(): string
}

export function recordModels(models: Models): Recorder {
  const turns: RecordedTurn[] = []
  return {
    models: {
      async generate(target, turn, options) {
        const reply = await models.generate(target, turn, options)
        turns.push(recorded(target, turn, reply, options.executor))
        return reply
      },
      check: (target) => models.check(target),
      close: () => models.close(),
    },
    text: () => `${head}${print({ recording: recordingVersions[0], turns })}`,
  }
}

function recorded(
  target: string,
  turn: ModelTurn,
  { text, calls, finish, tokens }: ModelReply,
  executor: string,
): RecordedTurn {
  return {
    executor,
    model: target,
    asked: askedOf(target, turn),
    ...(text === '' ? {} : { says: text }),
    ...(calls.length === 0
      ? {}
      : {
          calls: calls.map(({ tool, arguments: args, fault }) => ({
            tool,
            ...(fault !== undefined && args === null ? { badArguments: '' } : { arguments: args }),
          })),
        }),
    finish,
    tokens: { ...tokens },
  }
}
