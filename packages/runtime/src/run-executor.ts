import type { Json, JsonObject } from '@ecp/protocol'
import { hydrated } from './data/mounts.ts'
import { outputSchemaOf } from './data/output.ts'
import { RuntimeError } from './error.ts'
import { runAgent } from './executors/agent.ts'
import { runHuman } from './executors/human.ts'
import { instructionsOf, messageOf } from './executors/prompt.ts'
import { runTool } from './executors/tool.ts'
import type { Assignment, Running } from './running.ts'

/** Whether an executor does something itself: one without a model, a tool or a question only runs its children. */
export function doesSomething({ node }: Pick<Assignment, 'node'>): boolean {
  const { type, executor } = node
  if (type === 'agent') return executor.model !== undefined || executor.instructions !== undefined
  return type === 'tool' ? executor.tool !== undefined : executor.ask !== undefined
}

/** Runs one executor itself, without its children: mounts, then its model, its tool or its question. Gives its output, which fits its schema. */
export async function runExecutor(running: Running, assignment: Assignment): Promise<Json> {
  const { node } = assignment
  const { executor, name, type } = node
  const inputs = visibleInputs(running, executor.inputs)
  const values = { inputs, outputs: new Map([...running.outputs, ...assignment.given]) }
  await running.host.observe(name)
  const mounted = await hydrated(running, assignment, values)
  const output = outputSchemaOf(executor, running.schemas)
  if (type === 'human') return runHuman(running, assignment, values, output)
  if (type === 'tool') {
    const value = await runTool(running, assignment, values)
    const fault = output?.check(value)
    if (fault !== undefined)
      throw new RuntimeError('run.output-wrong', `executor \`${name}\`: its output does not fit: ${fault}`)
    return value
  }
  const parts = { assignment, inputs, mounted, ...(output ? { output } : {}) }
  return runAgent(running, assignment, {
    instructions: instructionsOf(parts),
    message: messageOf(parts),
    ...(output ? { output } : {}),
  })
}

/** An executor that declares inputs sees only those. */
function visibleInputs({ host }: Running, declared: Readonly<Record<string, unknown>> | undefined): JsonObject {
  if (!declared) return host.inputs
  return Object.fromEntries(Object.entries(host.inputs).filter(([name]) => Object.hasOwn(declared, name)))
}
