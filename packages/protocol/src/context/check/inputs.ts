import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import type { Input } from '../executor.ts'
import type { Scope } from './scope.ts'

const names: Readonly<Record<Input['type'], string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
}

/** Whether a value is of an input's type. */
export function fitsInput(type: Input['type'], value: unknown): boolean {
  return type === 'integer' ? Number.isSafeInteger(value) : typeof value === type
}

/** That defaults and allowed values fit their type, and that an executor asks only for inputs that there are. */
export function* checkInputs({ context, executors }: Scope): Iterable<Fault> {
  const declared = context.inputs ?? {}
  for (const [name, input] of Object.entries(declared)) yield* checkInput(input, ['inputs', name])
  for (const { executor, path } of executors) {
    for (const [name, input] of Object.entries(executor.inputs ?? {})) {
      const at = [...path, 'inputs', name]
      yield* checkInput(input, at)
      const root = Object.hasOwn(declared, name) ? declared[name] : undefined
      if (!root) {
        const known = Object.keys(declared)
        const message = `the Context declares no input ${quote(name)}`
        yield {
          code: 'reference',
          path: at,
          names: name,
          on: 'key',
          message,
          expected: known,
          nearest: nearest(name, known),
        }
      } else if (root.type !== input.type) {
        const message = `input \`${name}\` is of type \`${root.type}\` in the Context, not \`${input.type}\``
        yield { code: 'wrong-value', path: [...at, 'type'], message, expected: [root.type] }
      }
    }
  }
}

function* checkInput(input: Input, path: Path): Iterable<Fault> {
  const misfit = (value: unknown, at: Path): Fault => ({
    code: 'wrong-type',
    path: at,
    message: `${quote(value)} does not fit the input's type \`${input.type}\``,
    expected: [names[input.type]],
  })
  for (const [i, value] of (input.enum ?? []).entries()) {
    if (!fitsInput(input.type, value)) yield misfit(value, [...path, 'enum', i])
  }
  const value = input.default
  if (value === undefined) return
  if (!fitsInput(input.type, value)) yield misfit(value, [...path, 'default'])
  else if (input.enum && !input.enum.includes(value)) {
    const allowed = input.enum.map(String)
    const message = `default ${quote(value)} is not one of the allowed values`
    const near = nearest(String(value), allowed)
    yield { code: 'wrong-value', path: [...path, 'default'], message, expected: allowed, nearest: near }
  }
}
