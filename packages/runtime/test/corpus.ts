import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, RecordedTurn } from '@ecp/protocol'
import { parse } from 'yaml'

const folder = join(import.meta.dirname, 'corpus')

/** How a manifest of the corpus is run, and what comes of it: `NAME.run.yaml` beside `NAME.yaml`. */
export interface CorpusRun {
  readonly shows: string
  readonly inputs?: Readonly<Record<string, Json>>
  readonly turns?: readonly RecordedTurn[]
  readonly expect: {
    readonly status?: string
    readonly output?: Json
    readonly code?: string
    /** Decisions that must be among those of the run: key, target, effect. */
    readonly decided?: readonly string[]
    /** The code with which it is refused before it starts; true where that is all there is to say. */
    readonly refused?: string | true
    readonly words?: string
  }
}

const files = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
const names = (): readonly string[] =>
  files().flatMap((file) => (file.endsWith('.run.yaml') ? [] : [file.slice(0, -5)]))

const readRun = (name: string): CorpusRun => parse(readFileSync(join(folder, `${name}.run.yaml`), 'utf8')) as CorpusRun // reason: ours; the test that reads it fails where it is otherwise

export const corpus = Object.assign(readRun, { files, names })

export function manifestOf(name: string): string {
  return readFileSync(join(folder, `${name}.yaml`), 'utf8')
}
