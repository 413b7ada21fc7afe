import type { HostLayer } from '@ecp/policy'
import { nearest, type Path, place, type SecretReference } from '@ecp/protocol'
import { HostError } from '../error.ts'

export const modelApis = ['openai', 'anthropic', 'openai-compatible'] as const
/** What a provider speaks: OpenAI's chat completions, Anthropic's messages, or what many make like the former. */
export type ModelApi = (typeof modelApis)[number]

/** How a wired model provider is reached. */
export interface WiredProvider {
  readonly id: string
  readonly api: ModelApi
  readonly baseURL: string
  readonly apiKey?: SecretReference
  /** The layer that wires it. */
  readonly layer: HostLayer
}

const known: Readonly<Record<string, { readonly api: ModelApi; readonly baseURL: string }>> = {
  openai: { api: 'openai', baseURL: 'https://api.openai.com/v1' },
  anthropic: { api: 'anthropic', baseURL: 'https://api.anthropic.com/v1' },
  ollama: { api: 'openai-compatible', baseURL: 'http://127.0.0.1:11434/v1' },
}
const keys = ['api', 'baseURL']

/**
 * The provider of this id as the innermost layer that names it wires it: `config.api` and `config.baseURL`, which the ids
 * `openai`, `anthropic` and `ollama` imply. Throws `host.refused` for one that is not wired, and for a config that cannot be
 * followed to the letter.
 */
export function wiredProvider(layers: readonly HostLayer[], id: string): WiredProvider {
  for (const layer of layers) {
    const providers = layer.document.value.models?.providers
    const wiring = providers && Object.hasOwn(providers, id) ? providers[id] : undefined
    if (!wiring) continue
    const { config = {}, apiKey } = wiring
    const refuse = (path: Path, message: string): never => {
      const at = place(layer.document.at(['models', 'providers', id, ...path]))
      throw new HostError('host.refused', `model provider \`${id}\` (${at}): ${message}`)
    }
    for (const key of Object.keys(config)) {
      if (key === '_meta' || keys.includes(key)) continue
      const meant = nearest(key, keys)
      refuse(
        ['config', key],
        `\`${key}\` is nothing that ecp knows; ${meant ? `did you mean \`${meant}\`?` : `it takes ${list(keys)}`}`,
      )
    }
    const implied = Object.hasOwn(known, id) ? known[id] : undefined
    const api = config.api ?? implied?.api ?? 'openai-compatible'
    const baseURL = config.baseURL ?? implied?.baseURL
    if (!isApi(api)) return refuse(['config', 'api'], `\`api\` is one of ${list(modelApis)}`)
    if (typeof baseURL !== 'string' || !URL.canParse(baseURL)) {
      return refuse(['config'], 'it needs `config.baseURL`, the address of its API, such as https://models.example/v1')
    }
    return { id, api, baseURL, layer, ...(apiKey ? { apiKey } : {}) }
  }
  throw new HostError('host.refused', `model provider \`${id}\` is not wired in \`models.providers\``)
}

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

function isApi(value: unknown): value is ModelApi {
  return modelApis.some((api) => api === value)
}
