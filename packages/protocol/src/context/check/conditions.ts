import { adviseCondition } from '../../condition/advise.ts'
import { compileCondition } from '../../condition/condition.ts'
import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import type { ExecutorNode } from '../executors.ts'
import { type Scope, visibleInputs } from './scope.ts'

/** That conditions and sums are CEL of the right type, bounded, and look only at inputs that there are. */
export function* checkConditions(scope: Scope): Iterable<Fault> {
  for (const node of scope.executors) {
    const inputs = visibleInputs(scope, node)
    for (const { source, wanted, path } of conditionsOf(node)) yield* checkCondition(source, wanted, path, inputs)
  }
}

interface Written {
  readonly source: string
  readonly wanted: 'bool' | 'number'
  readonly path: Path
}

function* conditionsOf({ executor, path }: ExecutorNode): Iterable<Written> {
  for (const list of ['allow', 'deny'] as const) {
    for (const [i, rule] of (executor.policies?.toolAccess?.[list] ?? []).entries()) {
      if (typeof rule === 'string' || rule.when === undefined) continue
      yield { source: rule.when, wanted: 'bool', path: [...path, 'policies', 'toolAccess', list, i, 'when'] }
    }
  }
  for (const [tool, { sum }] of Object.entries(executor.policies?.budgets?.perTool ?? {})) {
    if (sum === undefined) continue
    yield { source: sum, wanted: 'number', path: [...path, 'policies', 'budgets', 'perTool', tool, 'sum'] }
  }
}

function* checkCondition(
  source: string,
  wanted: 'bool' | 'number',
  path: Path,
  inputs: ReadonlySet<string>,
): Iterable<Fault> {
  const compiled = compileCondition(source, wanted)
  if (!compiled.ok) {
    const part = compiled.offset === undefined ? {} : { part: { offset: compiled.offset, length: 1 } }
    yield { code: 'condition', path, message: `condition ${quote(source)}: ${compiled.error}`, ...part }
    return
  }
  const named = compiled.condition.inputs
  for (const name of named === 'all' ? [] : named) {
    if (inputs.has(name)) continue
    const offset = source.indexOf(name)
    const part = { offset, length: name.length }
    const message = `condition ${quote(source)} names an unknown input ${quote(name)}`
    const near = nearest(name, inputs)
    yield {
      code: 'reference',
      path,
      names: name,
      message,
      expected: [...inputs],
      nearest: near,
      ...(offset < 0 ? {} : { part }),
    }
  }
  for (const advice of adviseCondition(source)) {
    yield { code: 'advice', severity: 'warning', path, message: advice }
  }
}
