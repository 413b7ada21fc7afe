import { outputCheck } from '@ecp/policy'
import type { Context, Json } from '@ecp/protocol'
import { RuntimeError } from '../error.ts'
import type { Running } from '../running.ts'
import { schemaOf } from './output.ts'

type Output = NonNullable<Context['outputs']>[number]

/**
 * What a run emits: its result where the Context declares no `outputs`, the value of the one that it declares, or an object with
 * each of several by its name. Throws `run.output-missing` and `run.output-wrong`.
 */
export function emitted(running: Running, result: Json): Json {
  const { outputs = [] } = running.host.manifest
  const [only] = outputs
  if (!only) return result
  if (outputs.length === 1) return emittedOf(running, only, result)
  return Object.fromEntries(outputs.map((output) => [output.name, emittedOf(running, output, result)]))
}

/** With `fromSchema`: what an executor of that output schema gave, the result before all others. Otherwise the result. */
function emittedOf({ nodes, outputs, schemas }: Running, { name, fromSchema, schema }: Output, result: Json): Json {
  if (fromSchema !== undefined) {
    const makers = nodes.filter(({ executor }) => executor.outputSchemaRef === fromSchema)
    const made = makers.map((node) => outputs.get(node.name)).filter((value) => value !== undefined)
    const found = made.includes(result) ? result : made.at(-1)
    if (found !== undefined) return found
    const who = makers.length === 0 ? 'no executor has it as its `outputSchemaRef`' : 'nobody gave one in this run'
    throw new RuntimeError('run.output-missing', `output \`${name}\` is of schema \`${fromSchema}\`, and ${who}`)
  }
  const wanted = schemaOf(schema, undefined, schemas)
  const fault = wanted && outputCheck(wanted.schema)(result)
  if (fault === undefined) return result
  throw new RuntimeError('run.output-wrong', `output \`${name}\`: the result does not fit its schema: ${fault}`)
}
