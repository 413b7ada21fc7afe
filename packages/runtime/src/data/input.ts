import { outputCheck } from '@ecp/policy'
import type { Json, JsonObject } from '@ecp/protocol'
import { RuntimeError } from '../error.ts'
import type { Assignment, Running } from '../running.ts'
import { schemaOf } from './output.ts'

/**
 * The input of an executor, which `inputSchema` speaks of: the context inputs that it sees, by name, and what its strategy gives
 * it: `task` and `hints` of a plan, and `outputs`, by executor, where there are any. These three come before inputs of their
 * names. Mounts are not part of it.
 */
function inputOf({ task, hints, given }: Assignment, inputs: JsonObject): JsonObject {
  return {
    ...inputs,
    ...(task === undefined ? {} : { task }),
    ...(hints === undefined ? {} : { hints }),
    ...(given.size === 0 ? {} : { outputs: Object.fromEntries(given) as Readonly<Record<string, Json>> }), // reason: names are texts
  }
}

/** Throws `run.input-wrong` for an input that does not fit what its executor says: before any of its mounts, its model or its tool. */
export function refuseWrongInput({ schemas }: Running, assignment: Assignment, inputs: JsonObject): void {
  const { executor, name } = assignment.node
  const schema = schemaOf(executor.inputSchema, executor.inputSchemaRef, schemas)
  const words = { whole: 'the input', they: 'it', schema: 'its schema' }
  const fault = schema && outputCheck(schema.schema, words)(inputOf(assignment, inputs))
  if (fault === undefined) return
  throw new RuntimeError('run.input-wrong', `executor \`${name}\`: its input does not fit: ${fault}`)
}
