import { type Kind, type Parsed, parse } from '../document/parse.ts'
import { checkContext } from './check/check.ts'
import { type Context, context, specVersions } from './context.ts'
import { explainContext } from './explain.ts'

const kind: Kind<Context> = {
  schema: context,
  check: checkContext,
  explain: explainContext,
  standIns: { specVersion: specVersions[0], kind: 'Context', metadata: { name: 'unnamed', version: '0.0.0' } },
}

/** Reads a Context (YAML 1.2 or JSON). `file` is what places name. Every fault at once; never throws. */
export function parseContext(text: string, file: string): Parsed<Context> {
  return parse(kind, text, file)
}
