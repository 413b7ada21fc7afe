import type { ActionKind, Acts, PinnedTool } from '@ecp/protocol'
import type { ExecutorView, Policy } from './policy.ts'

/** What a call counts as, and what made it so, in words for `ecp lock` and `ecp explain`. */
export interface Effect {
  readonly acts: Acts
  readonly why: string
}

/**
 * Whether a tool call writes (context.md): a write if the executor's `writes`, or one above it, names the tool; otherwise
 * what the layer that wired the server says; otherwise a read if the pinned definition has `readOnlyHint: true` (nothing but
 * the boolean counts) and that layer trusts annotations; otherwise a write.
 */
export function toolEffect(
  policy: Pick<Policy, 'servers'>,
  executor: ExecutorView | undefined,
  target: string,
  pinned: PinnedTool | undefined,
): Effect {
  for (const above of executor?.lineage ?? [])
    if (above.writes.find(target, true).length > 0) return { acts: 'write', why: '`writes` of the Context names it' }
  const colon = target.indexOf(':')
  const server = policy.servers.get(target.slice(0, Math.max(colon, 0)))?.wiring
  const tools = server?.tools ?? {}
  const name = target.slice(colon + 1)
  const declared = Object.hasOwn(tools, name) ? tools[name]?.effect : undefined
  if (declared !== undefined) return { acts: declared, why: 'the wiring says so' }
  if (server === undefined || server.trustAnnotations === false)
    return { acts: 'write', why: 'nothing that is trusted says that it only reads' }
  if (server.transport.type === 'external') return { acts: 'write', why: 'the wiring does not say that it only reads' }
  return pinned?.definition.annotations?.readOnlyHint === true
    ? { acts: 'read', why: 'its pinned definition has `readOnlyHint: true`' }
    : { acts: 'write', why: 'its pinned definition has no `readOnlyHint: true`' }
}

/** What the other kinds of action count as (context.md, "What is a write?"). */
export const kindEffects: Record<Exclude<ActionKind, 'tool.call'>, Acts> = {
  'resource.read': 'read',
  'prompt.get': 'read',
  'completion.get': 'read',
  'model.generate': 'read',
  'memory.read': 'read',
  'human.ask': 'read',
  'memory.write': 'write',
  'plugin.load': 'write',
  'sampling.create': 'write',
  'elicitation.create': 'write',
  'agent.delegate': 'neither',
}
