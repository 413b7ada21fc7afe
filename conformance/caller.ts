import type { Json } from '@ecp/protocol'
import type { Case } from './case.ts'

/** What a caller is told of a call. */
export interface Told {
  readonly isError: boolean
  /** What a model reads of it. */
  readonly text?: string
  readonly facts?: { readonly effect: string; readonly codes: readonly string[]; readonly actionId: string }
}

/** Whoever calls through a gateway, connected. */
export interface Caller {
  /** Whether it is shown a tool. */
  shows(target: string): boolean
  call(target: string, args: Json, action: Case['action']): Promise<Told>
  close(): Promise<void>
}
