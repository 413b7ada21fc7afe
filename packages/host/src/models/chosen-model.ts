import type { HostLayer } from '@ecp/policy'
import { type Context, executorsOf } from '@ecp/protocol'
import { HostError } from '../error.ts'

/** What the command line asks for in place of what a Context says. */
export interface ModelOverride {
  readonly provider?: string
  readonly model?: string
}

/** The model that an executor uses, as `provider/model`. Throws `host.refused` where neither Context nor host names one. */
export function chosenModel(
  layers: readonly HostLayer[],
  context: Context,
  executor: string,
  override: ModelOverride = {},
): string {
  const own = executorsOf(context).find(({ name }) => name === executor)?.executor.model
  const named = typeof own?.provider === 'object' ? own.provider.name : own?.provider
  const provider = override.provider ?? named ?? defaultProvider(layers)
  if (provider === undefined) {
    const message = `executor \`${executor}\` names no model provider, and \`security.models.defaultProviders\` names none`
    throw new HostError('host.refused', `${message}; say \`--provider\`, or name one there`)
  }
  // Another provider has other models.
  const model = override.model ?? (provider === named ? own?.name : undefined) ?? defaultModel(layers, provider)
  if (model === undefined)
    throw new HostError('host.refused', `model provider \`${provider}\` is not wired in \`models.providers\``)
  return `${provider}/${model}`
}

/** The first default of the innermost layer that has any: what may be used at all is decided elsewhere. */
function defaultProvider(layers: readonly HostLayer[]): string | undefined {
  return layers.toReversed().flatMap(({ document }) => document.value.security?.models?.defaultProviders ?? [])[0]
}

function defaultModel(layers: readonly HostLayer[], provider: string): string | undefined {
  for (const { document } of layers) {
    const providers = document.value.models?.providers
    if (providers && Object.hasOwn(providers, provider)) return providers[provider]?.defaultModel
  }
  return undefined
}
