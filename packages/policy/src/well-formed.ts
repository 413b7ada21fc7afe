import { type Action, actionKinds, isJsonObject } from '@ecp/protocol'

const texts = ['id', 'key', 'kind', 'target', 'digest', 'origin', 'run', 'executor', 'principal'] as const
const numbers = ['size', 'attempt', 'at'] as const
const kinds: ReadonlySet<unknown> = new Set(actionKinds)

/** Whether something is an action that can be decided about. Whoever asks about anything else gets a deny. */
export function isAction(value: unknown): value is Action {
  if (!isJsonObject(value) || !kinds.has(value.kind) || value.arguments === undefined) return false
  for (const name of texts) if (typeof value[name] !== 'string') return false
  for (const name of numbers) if (typeof value[name] !== 'number' || !Number.isFinite(value[name])) return false
  // ECMA-262, 21.4.1.1: what a Date can hold. Conditions compare `now`, and an invalid date is neither before nor after.
  if (typeof value.at === 'number' && Math.abs(value.at) > 8_640_000_000_000_000) return false
  return isJsonObject(value.context) && typeof value.context.name === 'string'
}
