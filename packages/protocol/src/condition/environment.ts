import { Environment } from '@marcbachmann/cel-js'
import { host } from './host.ts'
import { LinearPattern } from './linear.ts'
import { Usage } from './usage.ts'
import { within } from './within.ts'

/** Bounds on the text of a condition. */
export const limits = { maxAstNodes: 500, maxDepth: 32, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 8 }

/** Most elements a list or map may have where a condition goes over one with all, exists, exists_one, filter or map. */
export const maxElements = 1_000

/** A separator of `split`: a literal, so that how many parts come out can be bounded. */
export class Separator {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** CEL as conditions have it: our variables and functions, and nothing else that can be named. */
export function conditionEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits })
    .registerType('Usage', { ctor: Usage, fields: { toolCalls: 'int', tokens: 'int', denials: 'int' } })
    .registerType('LinearPattern', { ctor: LinearPattern, fields: {} })
    .registerType('Separator', { ctor: Separator, fields: {} })
    .registerVariable('args', 'map')
    .registerVariable('inputs', 'map')
    .registerVariable('action', 'map<string, string>')
    .registerVariable('executor', 'map<string, string>')
    .registerVariable('principal', 'map<string, string>')
    .registerVariable('usage', 'Usage')
    .registerVariable('now', 'google.protobuf.Timestamp')
    .registerFunction('within(string, string): bool', within, sync)
    .registerFunction('host(string): string', host, sync)
    .registerFunction('Usage.calls(string): int', (usage: Usage, tool: string) => BigInt(usage.calls(tool)), sync)
    .registerFunction(
      'Usage.sum(string, string): double',
      (usage: Usage, tool: string, field: string) => usage.sum(tool, field),
      sync,
    )
    .registerFunction(
      'string.matches(LinearPattern): bool',
      (text: string, pattern: LinearPattern) => pattern.test(text),
      sync,
    )
    .registerFunction('string.split(Separator): list<string>', split, sync)
  // Whole numbers are ints and others doubles in CEL; JSON knows only numbers, so the two may be mixed.
  for (const [operator, calculate] of mixed)
    environment
      .registerOperator(`int ${operator} double: double`, calculate)
      .registerOperator(`double ${operator} int: double`, calculate)
  return environment
}

const sync = { async: false }

const mixed: readonly (readonly [string, (a: number | bigint, b: number | bigint) => number])[] = [
  ['+', (a, b) => Number(a) + Number(b)],
  ['-', (a, b) => Number(a) - Number(b)],
  ['*', (a, b) => Number(a) * Number(b)],
  ['/', (a, b) => Number(a) / Number(b)],
]

function split(text: string, separator: Separator): string[] {
  const parts = text.split(separator.text, maxElements + 1)
  if (parts.length > maxElements) throw new RangeError(`split gives more than ${maxElements} parts`)
  return parts
}
