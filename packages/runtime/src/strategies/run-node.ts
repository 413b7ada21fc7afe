import type { ExecutorNode, Json } from '@ecp/protocol'
import { gravest } from '../all-of.ts'
import { RuntimeError } from '../error.ts'
import { pauseOf } from '../pause-of.ts'
import { doesSomething, runExecutor } from '../run-executor.ts'
import type { Assignment, Running } from '../running.ts'
import { type Plan, planIn } from './plan.ts'

/**
 * Runs an executor with everything below it, by its strategy, and gives its output. Throws `RuntimeError` where it, or a child
 * that is not optional, fails.
 */
export async function runNode(running: Running, assignment: Assignment): Promise<Json> {
  const { node, path, task } = assignment
  const { host, emit, now } = running
  const { name, parent } = node
  const asked = { ...(parent === undefined ? {} : { parent }), ...(task === undefined ? {} : { task }) }
  emit({ kind: 'executor-started', executor: name, path, ...asked })
  await host.note(now(), 'executor.started', { executor: name, path })
  try {
    const output = await byStrategy(running, assignment)
    await host.note(now(), 'executor.finished', { executor: name, path, status: 'completed' })
    emit({ kind: 'executor-finished', executor: name, path })
    return output
  } catch (cause) {
    const failure = cause instanceof Error ? cause.message : String(cause)
    const code = cause instanceof RuntimeError ? cause.code : 'run.cancelled'
    // One that pauses the run has not finished: it goes on when the run does.
    if (pauseOf(code) === undefined) {
      const error = failure.slice(0, 2_000)
      await host.note(now(), 'executor.finished', { executor: name, path, status: 'failed', code, error })
    }
    emit({ kind: 'executor-finished', executor: name, path, failure })
    throw cause
  }
}

function byStrategy(running: Running, assignment: Assignment): Promise<Json> {
  const children = childrenOf(running, assignment.node)
  if (children.length === 0) return runExecutor(running, assignment)
  switch (assignment.node.strategy) {
    case 'sequential':
      return sequential(running, assignment, children)
    case 'delegate':
      return delegate(running, assignment, children)
    case 'swarm':
      return swarm(running, assignment, children)
    default:
      return runExecutor(running, assignment)
  }
}

/** The entry point first, if it does anything; then the children as written, each with the outputs before it. */
async function sequential(running: Running, assignment: Assignment, children: readonly ExecutorNode[]): Promise<Json> {
  const before = new Map(assignment.given)
  let last: Json | undefined
  if (doesSomething(assignment)) {
    last = await runExecutor(running, assignment)
    before.set(assignment.node.name, last)
  }
  for (const [index, node] of children.entries()) {
    const output = await runChild(running, assignment, { node, index, given: new Map(before) })
    if (output === undefined) continue
    before.set(node.name, output)
    last = output
  }
  const produced = producedBy(running, assignment.node, children)
  const result = produced ? before.get(produced.name) : last
  if (result === undefined) throw missing(assignment.node)
  return result
}

/** The entry point makes a plan; each named child runs with its task, in that order; then the merger. */
async function delegate(running: Running, assignment: Assignment, children: readonly ExecutorNode[]): Promise<Json> {
  const { node, path } = assignment
  const merger = producedBy(running, node, children)
  const workers = children.filter((child) => child !== merger)
  const first = await runExecutor(running, { ...assignment, delegates: workers })
  const plan = planIn(first, node.name, workers, running.limits.maxDelegations)
  if (!plan) {
    throw new RuntimeError('run.plan-wrong', `\`${node.name}\` made no plan: its output holds no \`delegate\``)
  }
  await recordPlan(running, assignment, plan)
  const outputs = await ranAll(running, assignment, jobsOf(plan, new Map()), 1)
  if (merger) return merged(running, assignment, merger, new Map([[node.name, first], ...outputs]), plan)
  return runExecutor(running, {
    ...assignment,
    path: `${path}/end`,
    given: outputs,
    task: 'The work that you handed out is done. Give the final answer from what came of it.',
  })
}

/** The entry point first, if it does anything; the children it names, or all of them, at the same time; then the merger. */
async function swarm(running: Running, assignment: Assignment, children: readonly ExecutorNode[]): Promise<Json> {
  const { node } = assignment
  const merger = producedBy(running, node, children)
  const workers = children.filter((child) => child !== merger)
  const first = doesSomething(assignment) ? await runExecutor(running, assignment) : undefined
  const plan = first === undefined ? undefined : planIn(first, node.name, workers, running.limits.maxDelegations)
  if (plan) await recordPlan(running, assignment, plan)
  const given = new Map([...assignment.given, ...(first === undefined || plan ? [] : [[node.name, first] as const])])
  const jobs: readonly Child[] = plan
    ? jobsOf(plan, given)
    : workers.map((child, index) => ({
        node: child,
        index,
        given,
        ...(assignment.task === undefined ? {} : { task: assignment.task }),
      }))
  const outputs = await ranAll(running, assignment, jobs, running.limits.maxExecutors)
  if (!merger) return Object.fromEntries(outputs)
  const before = first === undefined ? outputs : new Map([[node.name, first], ...outputs])
  return merged(running, assignment, merger, before, plan)
}

interface Child {
  readonly node: ExecutorNode
  readonly index: number
  readonly given: ReadonlyMap<string, Json>
  readonly task?: string
  readonly hints?: Json
  readonly plan?: Plan
}

/** One job for each delegation of a plan, in its order. */
function jobsOf(plan: Plan, given: ReadonlyMap<string, Json>): readonly Child[] {
  return plan.delegations.map(({ node, task, hints }, index) => ({
    node,
    index,
    given,
    task,
    plan,
    ...(hints === undefined ? {} : { hints }),
  }))
}

/** Runs so many jobs at a time. Outputs by executor, in the order of the jobs; one that ran again has its place beside its name. */
async function ranAll(
  running: Running,
  parent: Assignment,
  jobs: readonly Child[],
  most: number,
): Promise<ReadonlyMap<string, Json>> {
  const found = await inParallel(jobs, most, async (job) => ({ job, output: await runChild(running, parent, job) }))
  const outputs = new Map<string, Json>()
  for (const { job, output } of found) {
    const { name } = job.node
    if (output !== undefined) outputs.set(outputs.has(name) ? `${name} (${job.index + 1})` : name, output)
  }
  return outputs
}

/** Undefined where an optional child failed. */
async function runChild(
  running: Running,
  parent: Assignment,
  { node, index, plan, ...rest }: Child,
): Promise<Json | undefined> {
  try {
    const path = `${parent.path}/${index}:${node.name}`
    return await runNode(running, { node, path, ...rest, ...(plan ? { plan: plan.value } : {}) })
  } catch (cause) {
    if (node.executor.optional && cause instanceof RuntimeError && !endsRun(cause)) return undefined
    throw cause
  }
}

/** What an optional executor cannot be spared of, because the run itself is paused or over. */
function endsRun({ code }: RuntimeError): boolean {
  return pauseOf(code) !== undefined || code === 'run.cancelled' || code === 'run.timeout'
}

function merged(
  running: Running,
  assignment: Assignment,
  node: ExecutorNode,
  outputs: ReadonlyMap<string, Json>,
  plan: Plan | undefined,
): Promise<Json> {
  return runNode(running, {
    node,
    path: `${assignment.path}/merge:${node.name}`,
    given: outputs,
    merges: true,
    ...(plan ? { plan: plan.value } : {}),
  })
}

async function recordPlan({ host, now }: Running, { node, path }: Assignment, { value }: Plan): Promise<void> {
  await host.note(now(), 'plan.made', { executor: node.name, path, plan: value })
}

function childrenOf({ nodes }: Running, { name }: ExecutorNode): readonly ExecutorNode[] {
  return nodes.filter(({ parent }) => parent === name)
}

/** The child whose output schema is the one that the entry point is to produce. */
function producedBy(
  { host }: Running,
  { parent }: ExecutorNode,
  children: readonly ExecutorNode[],
): ExecutorNode | undefined {
  const produces = parent === undefined ? host.manifest.orchestration?.produces : undefined
  if (produces === undefined) return undefined
  return children.find(({ executor }) => executor.outputSchemaRef === `#/schemas/${produces}`)
}

function missing({ name }: ExecutorNode): RuntimeError {
  return new RuntimeError('run.output-missing', `\`${name}\` and the executors below it gave no output`)
}

/** All of them, so many at a time; the first failure but for a person's answer ends what has not begun. Results in the order of the jobs. */
async function inParallel<J, T>(jobs: readonly J[], most: number, run: (job: J) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const failures: unknown[] = []
  const mayBegin = () => failures.every((cause) => cause instanceof RuntimeError && cause.code === 'run.waiting')
  const worker = async () => {
    while (mayBegin() && next < jobs.length) {
      const index = next++
      const job = jobs[index]
      if (job === undefined) return
      try {
        results[index] = await run(job)
      } catch (cause) {
        failures.push(cause)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, jobs.length) }, worker))
  if (failures.length > 0) throw gravest(failures)
  return results
}
