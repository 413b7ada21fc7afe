import type { Reason } from '@ecp/protocol'
import { naming, notListed } from '../host/areas.ts'
import { pluginReasons } from '../host/plugins.ts'
import { secretReasons } from '../host/servers.ts'
import { type ExecutorView, outermost, type Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/**
 * A model turn, target `provider/model`. The effective model is judged, wherever it was chosen: its provider must be wired
 * and allowed, the model must be among its supported ones, and in `allowedModels` of every layer that names `models`.
 */
export function modelReasons(policy: Policy, executor: ExecutorView, target: string): Reason[] {
  const slash = target.indexOf('/')
  const provider = slash < 0 ? target : target.slice(0, slash)
  const model = slash < 0 ? '' : target.slice(slash + 1)
  const wired = policy.providers.get(provider)
  const reasons: Reason[] = []
  if (executor.data.type !== 'agent')
    reasons.push(
      reason(
        'host.model-not-allowed',
        'context',
        `executor \`${executor.data.name}\` is of type ${executor.data.type}; only agents have a model`,
        executor.policies.at(),
      ),
    )
  if (wired === undefined)
    reasons.push(reason('host.provider-not-allowed', outermost(policy), `no layer wires a provider \`${provider}\``))
  else {
    const supported = wired.wiring.supportedModels ?? [wired.wiring.defaultModel]
    if (!supported.includes(model)) {
      const message = `\`${model}\` is not among the supported models of \`${provider}\``
      reasons.push(reason('host.model-not-supported', wired.layer, message, wired.at))
    }
    if (wired.wiring.apiKey)
      reasons.push(...secretReasons(policy, wired.wiring.apiKey.provider, `provider \`${provider}\``))
  }
  reasons.push(...notListed(policy, 'models', 'allowProviders', provider, 'host.provider-not-allowed'))
  reasons.push(...pluginReasons(policy, 'provider', provider))
  for (const host of naming(policy, 'models')) {
    const allowed = host.value.models?.allowedModels ?? {}
    if (Object.hasOwn(allowed, provider) && allowed[provider]?.includes(model)) continue
    const message = `\`${model}\` is not in \`security.models.allowedModels\` of \`${provider}\``
    reasons.push(reason('host.model-not-allowed', host.layer, message, host.at('models', 'allowedModels', provider)))
  }
  if (reasons.length === 0)
    reasons.push(reason('host.model-allowed', wired?.layer ?? 'machine', `\`${target}\` is allowed`, wired?.at))
  return reasons
}
