import type { Acts, Reason } from './decision.ts'

/** What would happen to a tool call before its arguments and counters are known. `conditional`: it depends on the arguments. */
export type Outlook = 'allowed' | 'conditional' | 'held' | 'proposed' | 'denied'

/** What one executor could do with one thing, and why: the answer of `explain`. */
export interface Permission {
  readonly executor: string
  readonly kind: 'tool.call' | 'model.generate' | 'memory.read' | 'memory.write' | 'resource.read' | 'prompt.get'
  /** A tool, a model, a store, or (resources and prompts) a pattern. */
  readonly target: string
  readonly outlook: Outlook
  readonly acts: Acts
  /** Why it counts as a read or a write. */
  readonly actsWhy: string
  readonly reasons: readonly Reason[]
  /** Conditions as they are written, of which one on the allow list must hold, and none on the deny list. */
  readonly conditions: readonly { readonly list: 'allow' | 'deny'; readonly source: string; readonly entry: Reason }[]
}
