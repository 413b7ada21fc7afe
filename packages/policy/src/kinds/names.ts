import type { ActionKind } from '@ecp/protocol'
import { memoryNames } from './memory.ts'

/** What an action is a call of, as limits and conditions name it: its tool; of memory, ecp's own tool and the store. */
export function toolNames(kind: ActionKind, target: string): readonly string[] {
  if (kind === 'tool.call') return [target]
  return kind === 'memory.read' || kind === 'memory.write' ? memoryNames(kind, target) : []
}
