import type { Json, JsonObject } from '@ecp/protocol'
import { refuseWrongInput } from './data/input.ts'
import { hydrated } from './data/mounts.ts'
import { outputSchemaOf } from './data/output.ts'
import { RuntimeError } from './error.ts'
import { runAgent } from './executors/agent.ts'
import { runHuman } from './executors/human.ts'
import { instructionsOf, messageOf } from './executors/prompt.ts'
import { runRemote } from './executors/remote.ts'
import { runTool } from './executors/tool.ts'
import type { Assignment, Running } from './running.ts'

/** Whether an executor does something itself: one without a model, a tool or a question only runs its children. */
export function doesSomething({ node }: Pick<Assignment, 'node'>): boolean {
  const { type, executor } = node
  if (type === 'agent') return executor.model !== undefined || executor.instructions !== undefined
  return type === 'tool' ? executor.tool !== undefined : executor.ask !== undefined
}

/**
 * Runs one executor itself, without its children: mounts, then its model, its tool or its question. Gives its output, which fits its
 * schema, and keeps it.
 */
export async function runExecutor(running: Running, assignment: Assignment): Promise<Json> {
  const value = await ran(running, assignment)
  running.outputs.set(assignment.node.name, value)
  return value
}

async function ran(running: Running, assignment: Assignment): Promise<Json> {
  const { node } = assignment
  const { executor, name, type } = node
  const inputs = visibleInputs(running, executor.inputs)
  refuseWrongInput(running, assignment, inputs)
  const values = { inputs, outputs: outputsFor(assignment) }
  await running.host.observe(name)
  const mounted = await hydrated(running, assignment, values)
  const output = outputSchemaOf(executor, running.schemas)
  // Whatever was there before it may be shown to a person.
  const all = { inputs, outputs: new Map([...running.outputs, ...values.outputs]) }
  if (type === 'human') return runHuman(running, assignment, all, output)
  if (type === 'tool') {
    const value = await runTool(running, assignment, values)
    const fault = output?.check(value)
    if (fault !== undefined)
      throw new RuntimeError('run.output-wrong', `executor \`${name}\`: its output does not fit: ${fault}`)
    return value
  }
  const parts = { assignment, inputs, mounted, ...(output ? { output } : {}) }
  if (running.host.runsElsewhere(name)) {
    const text = `${instructionsOf(parts)}\n\n${messageOf(parts)}`
    return runRemote(running, assignment, { text, values: all, ...(output ? { output } : {}) })
  }
  return runAgent(running, assignment, {
    instructions: instructionsOf(parts),
    message: messageOf(parts),
    ...(output ? { output } : {}),
  })
}

/** What its arguments may name: the outputs that its strategy gives it, and the plan by which it runs. No others. */
function outputsFor({ node, given, plan }: Assignment): ReadonlyMap<string, Json> {
  return plan && node.parent !== undefined ? new Map([[node.parent, plan], ...given]) : given
}

/** An executor that declares inputs sees only those. */
function visibleInputs({ host }: Running, declared: Readonly<Record<string, unknown>> | undefined): JsonObject {
  if (!declared) return host.inputs
  return Object.fromEntries(Object.entries(host.inputs).filter(([name]) => Object.hasOwn(declared, name)))
}
