import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import type { ExecutorNode } from '../executors.ts'
import { expressionsIn, type FoundExpression } from '../expression.ts'
import { type Scope, visibleInputs } from './scope.ts'

// biome-ignore lint/suspicious/noTemplateCurlyInString: the expressions of the format
const forms = ['${inputs.name}', '${outputs.executor.path}']

interface Place {
  readonly inputs: readonly string[]
  readonly executors: readonly string[]
  readonly hasItem: boolean
}

/** That every `${...}` in arguments is one of the known expressions, closed, and names something that is there. */
export function* checkExpressions(scope: Scope): Iterable<Fault> {
  const names = scope.executors.map(({ name }) => name)
  for (const node of scope.executors) yield* executorExpressions(scope, node, names)
}

function* executorExpressions(scope: Scope, node: ExecutorNode, names: readonly string[]): Iterable<Fault> {
  const { executor, path, name } = node
  const place = { inputs: visibleInputs(scope, node), executors: names.filter((other) => other !== name) }
  for (const [i, mount] of (executor.mounts ?? []).entries()) {
    const hasItem = mount.when !== undefined
    yield* walk(mount.from.args, [...path, 'mounts', i, 'from', 'args'], { ...place, hasItem })
  }
  yield* walk(executor.tool?.args, [...path, 'tool', 'args'], { ...place, hasItem: false })
}

function* walk(value: unknown, path: Path, place: Place): Iterable<Fault> {
  if (typeof value === 'string') {
    for (const found of expressionsIn(value)) yield* judge(found, path, place)
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* walk(item, [...path, i], place)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* walk(item, [...path, key], place)
  }
}

function* judge(found: FoundExpression, path: Path, place: Place): Iterable<Fault> {
  const { expression, source, offset, length } = found
  const base = { path, part: { offset, length } }
  if (!found.closed) {
    yield { ...base, code: 'expression', message: `${quote(source)} has no closing \`}\`` }
  } else if (!expression) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the expression of the format
    const expected = place.hasItem ? [...forms, '${item}'] : forms
    yield { ...base, code: 'expression', message: `unknown expression ${quote(source)}`, expected }
  } else if (expression.kind === 'item') {
    if (place.hasItem) return
    yield { ...base, code: 'expression', message: `${quote(source)} means something only in a mount with \`when\`` }
  } else {
    const [what, name, known] =
      expression.kind === 'input'
        ? (['input', expression.name, place.inputs] as const)
        : (['executor', outputOf(expression.path, place.executors), place.executors] as const)
    if (known.includes(name)) return
    const message = `${quote(source)} names an unknown ${what} ${quote(name)}`
    yield { ...base, code: 'reference', names: name, message, expected: known, nearest: nearest(name, known) }
  }
}

/** The executor that an output's path begins with: names may hold dots, so the longest that fits. */
function outputOf(path: string, executors: readonly string[]): string {
  const fitting = executors.filter((name) => path === name || path.startsWith(`${name}.`))
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? path.split('.', 1)[0] ?? path
}
