import type { Fault } from '../document/diagnostic.ts'
import type { Document } from '../document/document.ts'
import { type Kind, type Parsed, parse } from '../document/parse.ts'
import { type Recording, recording, recordingVersions } from './recording.ts'

/** Reads a recording of model turns. `file` is what places name. Every fault at once; never throws. */
export function parseRecording(text: string, file: string): Parsed<Recording> {
  return parse(kind, text, file)
}

const kind: Kind<Recording> = {
  schema: recording,
  check: (document) => checkTurns(document),
  explain: () => undefined,
  standIns: { recording: recordingVersions[0], turns: [] },
}

function* checkTurns({ value }: Document<Recording>): Iterable<Fault> {
  for (const [index, { asked, says, calls }] of (value.turns ?? []).entries()) {
    const path = ['turns', index]
    const said = [asked?.user, asked?.results, asked?.digest].filter((part) => part !== undefined)
    if (asked && said.length === 0) {
      yield {
        code: 'missing-key',
        path: [...path, 'asked', 'user'],
        message: '`asked` does not say what was asked',
        expected: ['user', 'results', 'digest'],
      }
    }
    if (asked?.user !== undefined && asked.results !== undefined) {
      yield {
        code: 'wrong-value',
        path: [...path, 'asked'],
        message: 'the last message is from the user or holds results, not both',
      }
    }
    if (says === undefined && (calls ?? []).length === 0) {
      yield { code: 'missing-key', path: [...path, 'says'], message: 'the reply is empty', expected: ['says', 'calls'] }
    }
  }
}
