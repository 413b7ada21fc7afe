import { type Catalogue, isJsonObject, type PinnedTool, place, type Reason } from '@ecp/protocol'
import { toolEffect } from '../effect.ts'
import { naming } from '../host/areas.ts'
import { ceilingReasons, serverReasons } from '../host/servers.ts'
import type { Stages } from '../plan.ts'
import type { ExecutorView, Policy, ToolEntry } from '../policy.ts'
import { reason } from '../reason.ts'

/** The pinned definition of a target. What is in a catalogue but has no definition counts as unknown. */
export function pinnedTool(catalogue: Catalogue, target: string): PinnedTool | undefined {
  const tools: unknown = catalogue?.tools
  if (!isJsonObject(tools) || !Object.hasOwn(tools, target)) return undefined
  const pinned = catalogue.tools[target]
  return isJsonObject(pinned) && isJsonObject(pinned.definition) && isJsonObject(pinned.definition.inputSchema)
    ? pinned
    : undefined
}

/** Both stages for a tool call: the host's layers, then the executor's lists. */
export function toolStages(
  policy: Policy,
  executor: ExecutorView,
  target: string,
  pinned: PinnedTool | undefined,
): Stages {
  const colon = target.indexOf(':')
  const { acts } = toolEffect(policy, executor, target, pinned)
  const reasons = [
    ...serverReasons(policy, target.slice(0, Math.max(colon, 0))),
    ...ceilingReasons(policy, target, pinned !== undefined),
  ]
  if (pinned === undefined)
    reasons.push(reason('tool.unknown', 'run', `\`${target}\` is not pinned: no such tool is known`))
  else if (pinned.observed !== undefined && pinned.observed !== pinned.digest)
    reasons.push(
      reason(
        'tool.definition-changed',
        'run',
        `the server defines \`${target}\` otherwise than it was when it was pinned`,
      ),
    )
  const entries = executor.allow.find(target, pinned !== undefined)
  const fallback = defaultAllows(policy, executor, pinned !== undefined && acts === 'read')
  if (fallback.allowed) {
    const message = `\`${target}\` only reads, and the executor's default is to allow`
    reasons.push(reason('context.default-allowed', 'context', message, executor.policies.at('toolAccess', 'default')))
  } else if (entries.length === 0) {
    const message = `\`${target}\` is not on the allow list of executor \`${executor.data.name}\`${fallback.why}`
    reasons.push(reason('context.tool-not-allowed', 'context', message, executor.policies.at('toolAccess', 'allow')))
  }
  for (const entry of entries) if (entry.when === undefined) reasons.push(allowedBy(target, entry))
  const conditional = entries.filter((entry) => entry.when !== undefined)
  return {
    acts,
    reasons,
    allow: conditional,
    deny: executor.lineage.flatMap((level) => level.deny.find(target, true)),
    alternatives: !fallback.allowed && conditional.length > 0 && conditional.length === entries.length,
    subject: target,
  }
}

/** Whether `default: allow` counts here: for pinned reads, where every layer that names `security.tools` says so. */
function defaultAllows(policy: Policy, executor: ExecutorView, read: boolean): { allowed: boolean; why: string } {
  if (executor.policies.value.toolAccess?.default !== 'allow') return { allowed: false, why: '' }
  if (!read) return { allowed: false, why: ', and its default covers only reads' }
  const layers = naming(policy, 'tools')
  const refusing = layers.find((host) => host.value.tools?.allowContextDefault !== true)
  if (layers.length > 0 && refusing === undefined) return { allowed: true, why: '' }
  const where = refusing ? ` (${place(refusing.at('tools'))})` : ''
  return { allowed: false, why: `, and the host does not let a default allow${where}` }
}

export const allowedBy = (target: string, entry: ToolEntry): Reason =>
  reason('context.tool-allowed', 'context', `\`${target}\` fits \`${entry.pattern}\` on the allow list`, entry.at)
