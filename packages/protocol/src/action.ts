import type { Json, JsonObject } from './json.ts'

export const actionKinds = [
  'tool.call',
  'resource.read',
  'prompt.get',
  'model.generate',
  'agent.delegate',
  'memory.read',
  'memory.write',
  'human.ask',
  'plugin.load',
  'sampling.create',
  'elicitation.create',
  'completion.get',
] as const
export type ActionKind = (typeof actionKinds)[number]

export const origins = ['model', 'mount', 'engine', 'gateway', 'hook', 'api', 'operator'] as const
export type Origin = (typeof origins)[number]

/** A structured request for one side effect, as it is decided and recorded. */
export interface Action {
  /** UUIDv7 (RFC 9562). */
  readonly id: string
  /** The action's place in its run; the same on resume. */
  readonly key: string
  readonly kind: ActionKind
  /** `server:tool`, `server:uri`, `server:prompt`, `provider/model`, endpoint, store, executor or plugin id. */
  readonly target: string
  /** Redacted; `null` where `size` is over the limit, so that nothing unbounded is stored. */
  readonly arguments: Json
  /** What else the request carries to its server (unknown params, `_meta`), redacted; missing when there is nothing. */
  readonly extra?: JsonObject
  /** Bytes (UTF-8) of the canonical arguments and `extra`. */
  readonly size: number
  /** sha-256 (hex) over the RFC 8785 JSON of `{kind, target, arguments}`, and `extra` where there is any. */
  readonly digest: string
  /** 1; higher when the same action is decided again with an approval. */
  readonly attempt: number
  readonly origin: Origin
  readonly run: string
  readonly executor: string
  readonly principal: string
  readonly context: { readonly name: string; readonly version: string; readonly digest: string }
  /** Milliseconds since the epoch. Given, never read inside policy. */
  readonly at: number
}

/**
 * The most bytes (UTF-8, RFC 8785) that an action's arguments may have: more is denied (`arguments.too-large`). A model turn holds its
 * conversation so far, and may be as long as the largest models read.
 */
export function maxArgumentBytes(kind: ActionKind): number {
  return kind === 'model.generate' ? 4_000_000 : 1_000_000
}
