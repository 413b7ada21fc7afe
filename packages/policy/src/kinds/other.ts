import type { ActionKind, Reason } from '@ecp/protocol'
import { kindEffects } from '../effect.ts'
import type { Stages } from '../plan.ts'
import type { ExecutorView, Policy } from '../policy.ts'
import { delegateReasons } from './delegate.ts'
import { memoryDenials, memoryNames, memoryReasons } from './memory.ts'
import { modelReasons } from './model.ts'
import { pluginLoadReasons } from './plugin.ts'
import { questionReasons } from './question.ts'
import { requestReasons } from './request.ts'
import { resourceReasons } from './resource.ts'

/** Both stages for the kinds of action that are no tool calls. */
export function otherStages(
  policy: Policy,
  executor: ExecutorView,
  kind: Exclude<ActionKind, 'tool.call'>,
  target: string,
): Stages {
  const isMemory = kind === 'memory.read' || kind === 'memory.write'
  return {
    acts: kindEffects[kind],
    reasons: reasonsFor(policy, executor, kind, target),
    allow: [],
    deny: isMemory ? memoryDenials(executor, kind, target) : [],
    alternatives: false,
    subject: `ecp:${kind}/${target}`,
    ...(isMemory ? { alsoNamed: memoryNames(kind, target) } : {}),
  }
}

function reasonsFor(
  policy: Policy,
  executor: ExecutorView,
  kind: Exclude<ActionKind, 'tool.call'>,
  target: string,
): Reason[] {
  switch (kind) {
    case 'model.generate':
      return modelReasons(policy, executor, target)
    case 'agent.delegate':
      return delegateReasons(policy, executor, target)
    case 'memory.read':
    case 'memory.write':
      return memoryReasons(policy, executor, kind, target)
    case 'resource.read':
    case 'prompt.get':
    case 'completion.get':
      return resourceReasons(policy, executor, kind, target)
    case 'sampling.create':
    case 'elicitation.create':
      return requestReasons(policy, kind, target)
    case 'human.ask':
      return questionReasons(policy, executor, target)
    case 'plugin.load':
      return pluginLoadReasons(policy, target)
  }
}
