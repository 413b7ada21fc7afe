import { type Catalogue, codes, type Outlook, type Permission, type Reason } from '@ecp/protocol'
import { kindEffects, toolEffect } from './effect.ts'
import { isExternal, serverReasons } from './host/servers.ts'
import { memoryNames, memoryReasons } from './kinds/memory.ts'
import { modelReasons } from './kinds/model.ts'
import { resourceReasons } from './kinds/resource.ts'
import { pinnedTool } from './kinds/tool.ts'
import { type Plan, planOf, toolPlan } from './plan.ts'
import type { ExecutorView, Policy } from './policy.ts'
import { inOrder, reason, strictest } from './reason.ts'
import { writeAnswer } from './writes.ts'

/**
 * The effective permissions: every executor with every pinned tool of the wired servers, every wired model that it could
 * use, memory store, and resource pattern. Nothing is run; counters are taken as unused.
 */
export function explain(policy: Policy, catalogue: Catalogue): Permission[] {
  const tools = Object.keys(catalogue.tools).sort()
  return [...policy.executors.values()].flatMap((executor) => [
    ...tools.map((target) => toolPermission(policy, catalogue, executor, target)),
    ...otherPermissions(policy, executor),
  ])
}

/**
 * The tools that ECP could perform for an executor with some arguments, or that would be held or proposed: what may be
 * shown to it, sorted. Those of external servers are not among them. Empty for an unknown executor.
 */
export function visibleTools(policy: Policy, catalogue: Catalogue, executor: string): string[] {
  return Object.keys(catalogue.tools)
    .filter(
      (target) =>
        !isExternal(policy, target.slice(0, Math.max(target.indexOf(':'), 0))) &&
        mayCall(policy, catalogue, executor, target),
    )
    .sort()
}

/**
 * Whether a tool, an external one too, could be allowed, held or proposed for an executor with some arguments: one that it
 * may know of. False for an unknown executor.
 */
export function mayCall(policy: Policy, catalogue: Catalogue, executor: string, target: string): boolean {
  const view = policy.executors.get(executor)
  if (view === undefined || !pinnedTool(catalogue, target)) return false
  return outlook(toolPlan(policy, catalogue, view, target)) !== 'denied'
}

/**
 * Whether a resource or prompt (`server:uri`, `server:prompt`) could be read by an executor: what may be shown to it. Of a
 * template (RFC 6570) the URI with its expressions written out is asked for.
 */
export function mayRead(
  policy: Policy,
  executor: string,
  kind: 'resource.read' | 'prompt.get',
  target: string,
): boolean {
  const view = policy.executors.get(executor)
  if (view === undefined) return false
  return strictest(resourceReasons(policy, view, kind, target)) === 'allow'
}

/** Whether a memory tool (target `store/scope/tool`) could be allowed, held or proposed for an executor. */
export function mayRemember(
  policy: Policy,
  executor: string,
  kind: 'memory.read' | 'memory.write',
  target: string,
): boolean {
  const plan = planOf(policy, { tools: {} }, { executor, kind, target })
  return plan !== undefined && outlook(plan) !== 'denied'
}

function toolPermission(policy: Policy, catalogue: Catalogue, executor: ExecutorView, target: string): Permission {
  const plan = toolPlan(policy, catalogue, executor, target)
  const pinned = pinnedTool(catalogue, target)
  const unconditional = plan.deny.filter(({ when }) => when === undefined)
  return {
    executor: executor.data.name,
    kind: 'tool.call',
    target,
    outlook: outlook(plan),
    acts: plan.acts,
    actsWhy: toolEffect(policy, executor, target, pinned).why,
    reasons: inOrder([
      ...plan.reasons,
      ...plan.writes.reasons,
      ...unconditional.map(({ pattern, at }) =>
        reason('context.tool-denied', 'context', `\`${target}\` fits \`${pattern}\` on the deny list`, at),
      ),
    ]),
    conditions: (['allow', 'deny'] as const).flatMap((list) =>
      plan[list].flatMap(({ pattern, at, when }) => {
        if (when === undefined) return []
        const code = list === 'allow' ? 'context.tool-allowed' : 'context.tool-denied'
        const message = `\`${target}\` fits \`${pattern}\` on the ${list} list when \`${when.source}\``
        return [{ list, source: when.source, entry: reason(code, 'context', message, at) }]
      }),
    ),
  }
}

function outlook(plan: Plan): Outlook {
  const effects = new Set([...plan.reasons, ...plan.writes.reasons].map(({ code }) => codes[code]))
  const broken = plan.alternatives && plan.allow.every(({ when }) => when?.condition === undefined)
  if (effects.has('deny') || broken || plan.deny.some(({ when }) => when?.condition === undefined)) return 'denied'
  if (effects.has('propose')) return 'proposed'
  if (effects.has('hold')) return 'held'
  return plan.alternatives || plan.deny.length > 0 ? 'conditional' : 'allowed'
}

/** Models, memory and resource patterns: what depends on no arguments. */
function otherPermissions(policy: Policy, executor: ExecutorView): Permission[] {
  const models =
    executor.data.type !== 'agent'
      ? []
      : [...policy.providers].flatMap(([provider, { wiring }]) =>
          (wiring.supportedModels ?? [wiring.defaultModel]).map((model) => `${provider}/${model}`),
        )
  const stores = policy.data.host.flatMap(({ wiring }) => Object.keys(wiring.value.memory?.stores ?? {}))
  const { allow = [], prompts = [] } = executor.policies.value.resourceAccess ?? {}
  const permission = (kind: Exclude<Permission['kind'], 'tool.call'>, target: string, reasons: readonly Reason[]) => {
    const acts = kindEffects[kind]
    const names = kind === 'memory.write' ? memoryNames(kind, target) : []
    const writes = acts === 'write' ? writeAnswer(policy, executor, `ecp:${kind}/${target}`, names).reasons : []
    const all = inOrder([...reasons, ...writes])
    const outlooks = { allow: 'allowed', deny: 'denied', hold: 'held', propose: 'proposed' } as const
    const actsWhy = 'its kind'
    const executorName = executor.data.name
    return {
      executor: executorName,
      kind,
      target,
      outlook: outlooks[strictest(all)],
      acts,
      actsWhy,
      reasons: all,
      conditions: [],
    }
  }
  const pattern =
    (kind: 'resource.read' | 'prompt.get', list: 'allow' | 'prompts') => (text: string, index: number) => {
      const at = executor.policies.at('resourceAccess', list, index)
      const named = reason('context.resource-allowed', 'context', `\`${text}\` is on the list`, at)
      const server = text.slice(0, Math.max(text.indexOf(':'), 0))
      return permission(kind, text, [named, ...(server.includes('*') ? [] : serverReasons(policy, server))])
    }
  return [
    ...models.map((target) => permission('model.generate', target, modelReasons(policy, executor, target))),
    ...stores.flatMap((store) =>
      (['memory.read', 'memory.write'] as const).map((kind) =>
        permission(kind, store, memoryReasons(policy, executor, kind, store)),
      ),
    ),
    ...allow.map(pattern('resource.read', 'allow')),
    ...prompts.map(pattern('prompt.get', 'prompts')),
  ]
}
