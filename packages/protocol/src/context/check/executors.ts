import type { Fault } from '../../document/diagnostic.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import { allMemoryTools, memoryToolName, memoryToolOf } from '../../memory.ts'
import type { ExecutorNode } from '../executors.ts'
import { duplicates, type Scope } from './scope.ts'

/** Which fields belong to one type of executor alone. */
const ownFields = { model: 'agent', tool: 'tool', ask: 'human' } as const

/** The form, the entry point, unique names, and that each executor has what its type needs. */
export function* checkExecutors(scope: Scope): Iterable<Fault> {
  yield* checkForm(scope)
  yield* duplicates(
    'executor',
    scope.executors.map(({ name, path }) => ({ name, path: [...path, 'name'] })),
  )
  const plugins = executorPlugins(scope)
  for (const node of scope.executors) {
    yield* checkFields(node, plugins)
    yield* checkMounts(node)
    yield* checkOwnTools(node)
  }
}

function* checkForm({ context, executors }: Scope): Iterable<Fault> {
  const { orchestration, orchestrator } = context
  if (!orchestration && !orchestrator) {
    const message = 'one of `orchestration` (flat form) and `orchestrator` (tree form) must stand'
    yield { code: 'missing-key', path: ['orchestration'], message, expected: ['orchestration', 'orchestrator'] }
  }
  if (!orchestration) return
  const path = ['orchestration', 'entrypoint']
  const { entrypoint } = orchestration
  if (orchestrator) {
    if (entrypoint === orchestrator.name) return
    const message = `the entry point is the orchestrator \`${orchestrator.name}\`, not ${quote(entrypoint)}`
    yield { code: 'advice', severity: 'warning', path, message }
  } else if (!executors.some(({ parent }) => parent === undefined)) {
    const names = executors.map(({ name }) => name)
    yield {
      code: 'reference',
      path,
      message: `there is no executor ${quote(entrypoint)} to start with`,
      names: entrypoint,
      expected: names,
      nearest: nearest(entrypoint, names),
    }
  }
}

function* checkFields(node: ExecutorNode, plugins: ReadonlySet<string>): Iterable<Fault> {
  const { executor, path, type, name } = node
  for (const [field, wanted] of Object.entries(ownFields)) {
    if (!(field in executor) || wanted === type) continue
    if (field === 'ask' && type === 'agent') {
      if (!executor.protocols?.agentOrchestration) yield askedByNobody(node)
      continue
    }
    const message = `\`${field}\` fits an executor of type \`${wanted}\`, and \`${name}\` is of type \`${type}\``
    yield { code: 'wrong-value', path: [...path, field], on: 'key', message }
  }
  if (executor.instructions !== undefined && type !== 'agent') {
    const message = `\`instructions\` are for a model, and \`${name}\` of type \`${type}\` has none`
    yield { code: 'advice', severity: 'warning', path: [...path, 'instructions'], on: 'key', message }
  }
  if (type === 'tool' && !executor.tool && !plugins.has(name)) {
    const message = `executor \`${name}\` of type \`tool\` needs \`tool\`, or an executor plugin of its name`
    yield {
      code: 'missing-key',
      path: [...path, 'tool'],
      names: name,
      message,
      expected: ['tool: { call: server:tool }'],
    }
  }
  if (type === 'human' && !executor.ask) {
    const message = `executor \`${name}\` of type \`human\` needs \`ask\``
    yield { code: 'missing-key', path: [...path, 'ask'], message, expected: ['ask: { title: ... }'] }
  }
}

/** A model that runs here asks nobody: only an agent elsewhere does, whose question goes to a person. */
function askedByNobody({ path, name }: ExecutorNode): Fault {
  const message = `\`ask\` fits an executor of type \`human\`, or an agent that may run elsewhere, and \`${name}\` of type \`agent\` has no \`protocols: { agentOrchestration: { type: a2a } }\``
  return { code: 'wrong-value', path: [...path, 'ask'], on: 'key', message }
}

/** Names of the executor plugins that the Context expects of its host. */
function executorPlugins({ context }: Scope): ReadonlySet<string> {
  const { executors = [], entries = [] } = context.plugins ?? {}
  return new Set([...executors, ...entries].filter(({ kind }) => kind === 'executor').map(({ name }) => name))
}

function* checkMounts({ executor, path }: ExecutorNode): Iterable<Fault> {
  const mounts = executor.mounts ?? []
  const named = mounts.map(({ name }, i) => ({ name, path: [...path, 'mounts', i, 'name'] }))
  yield* duplicates('mount', named)
  for (const { name, path } of named) {
    // The merger gets the outputs before it under such a name.
    if (name.startsWith('__')) yield { code: 'wrong-value', path, message: `mount name ${quote(name)} is reserved` }
  }
  for (const [i, mount] of mounts.entries()) {
    const selector = mount.when?.selectorFrom
    if (selector === undefined || /^plan(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/.test(selector)) continue
    yield {
      code: 'expression',
      path: [...path, 'mounts', i, 'when', 'selectorFrom'],
      message: `${quote(selector)} is not a path into the plan`,
      expected: ['a dotted path such as plan.selectedIssueIds'],
    }
  }
}

/** Tools of ecp itself are those of a memory, and only whoever declares one has them. */
function* checkOwnTools({ executor, path, name }: ExecutorNode): Iterable<Fault> {
  const mounted = (executor.mounts ?? []).map(({ from }, i) => ({
    tool: `${from.server}:${from.tool}`,
    written: from.tool,
    at: [...path, 'mounts', i, 'from', 'tool'],
  }))
  const call = executor.tool?.call
  const called = call === undefined ? [] : [{ tool: call, written: call, at: [...path, 'tool', 'call'] }]
  const all = allMemoryTools.map(memoryToolName)
  for (const { tool, written, at } of [...mounted, ...called]) {
    if (!tool.startsWith('ecp:')) continue
    if (memoryToolOf(tool) === undefined) {
      const expected = written === tool ? all : all.map((known) => known.slice('ecp:'.length))
      const message = `ecp has no tool ${quote(written)}`
      yield { code: 'reference', path: at, message, names: written, expected, nearest: nearest(written, expected) }
    } else if (!executor.memory) {
      const message = `\`${tool}\` is of an executor's memory, and \`${name}\` declares none`
      yield {
        code: 'missing-key',
        path: [...path, 'memory'],
        names: name,
        message,
        expected: ['memory: { scope: ... }'],
      }
    }
  }
}
