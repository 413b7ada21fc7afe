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
  readonly inputs: ReadonlySet<string>
  /** All executors, and the one whose own output is not there yet. */
  readonly executors: ReadonlySet<string>
  readonly own: string
  readonly hasItem: boolean
}

/** That every `${...}` in arguments is one of the known expressions, closed, and names something that is there. */
export function* checkExpressions(scope: Scope): Iterable<Fault> {
  for (const node of scope.executors) yield* executorExpressions(scope, node)
}

function* executorExpressions(scope: Scope, node: ExecutorNode): Iterable<Fault> {
  const { executor, path, name } = node
  const place = { inputs: visibleInputs(scope, node), executors: scope.names, own: name }
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
    if (known.has(name) && !(what === 'executor' && name === place.own)) return
    const message = `${quote(source)} names an unknown ${what} ${quote(name)}`
    yield { ...base, code: 'reference', names: name, message, expected: [...known], nearest: nearest(name, known) }
  }
}

/** The executor that an output's path begins with: names may hold dots, so the longest that there is. */
function outputOf(path: string, executors: ReadonlySet<string>): string {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    if (executors.has(path.slice(0, end))) return path.slice(0, end)
  }
  return path.split('.', 1)[0] ?? path
}
