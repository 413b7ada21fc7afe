import { type ExecutorNode, isJsonObject, type Json, type JsonObject, nearest } from '@ecp/protocol'
import { jsonIn } from '../data/output.ts'
import { RuntimeError } from '../error.ts'

/** What an entry point hands to one of its children. */
export interface Delegation {
  readonly node: ExecutorNode
  readonly task: string
  readonly hints?: Json
}

export interface Plan {
  readonly value: JsonObject
  readonly delegations: readonly Delegation[]
}

/** The plan in an output; undefined where it holds no `delegate`. Throws `run.plan-wrong` for one that cannot be followed. */
export function planIn(
  output: Json,
  by: string,
  children: readonly ExecutorNode[],
  maxDelegations: number,
): Plan | undefined {
  const value = typeof output === 'string' ? jsonIn(output) : output
  if (!isJsonObject(value) || !Object.hasOwn(value, 'delegate')) return undefined
  const wrong = (what: string) =>
    new RuntimeError('run.plan-wrong', `the plan of \`${by}\` cannot be followed: ${what}`)
  const { delegate } = value
  if (!Array.isArray(delegate)) throw wrong('`delegate` is no list')
  if (delegate.length > maxDelegations)
    throw wrong(`it delegates ${delegate.length} times, and ${maxDelegations} is the most (\`maxDelegations\`)`)
  const names = children.map(({ name }) => name)
  const delegations = delegate.map((entry, index): Delegation => {
    if (!isJsonObject(entry)) throw wrong(`entry ${index + 1} is no object`)
    const { executor, task, hints } = entry
    if (typeof executor !== 'string' || typeof task !== 'string')
      throw wrong(`entry ${index + 1} does not name \`executor\` and \`task\``)
    if (executor === by) throw wrong('it delegates to itself')
    const node = children.find(({ name }) => name === executor)
    if (!node) {
      const meant = nearest(executor, names)
      throw wrong(
        `it names \`${executor.slice(0, 100)}\`, and ${meant ? `there is no such executor; nearest is \`${meant}\`` : `it can delegate to ${names.map((name) => `\`${name}\``).join(', ')}`}`,
      )
    }
    return { node, task, ...(hints === undefined ? {} : { hints }) }
  })
  return { value, delegations }
}
