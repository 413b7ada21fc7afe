import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { WiredProvider } from './wired-model.ts'

export interface ProviderModelOptions {
  readonly provider: WiredProvider
  /** The model's name at the provider. */
  readonly model: string
  readonly apiKey: string | undefined
  readonly fetch: typeof globalThis.fetch
}

/** The AI SDK's client for a model. Every request goes through `fetch`; nothing is read from the environment. */
export async function providerModel({
  provider,
  model,
  apiKey,
  fetch,
}: ProviderModelOptions): Promise<LanguageModelV4> {
  const { id, api, baseURL } = provider
  // The SDKs would look for a key in the environment where none is given. An empty one is none.
  const key = apiKey ?? ''
  switch (api) {
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ name: id, baseURL, apiKey: key, fetch }).chat(model)
    }
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ name: id, baseURL, apiKey: key, fetch })(model)
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const settings = { name: id, baseURL, fetch, includeUsage: true, supportsStructuredOutputs: true }
      return createOpenAICompatible(apiKey === undefined ? settings : { ...settings, apiKey }).chatModel(model)
    }
  }
}
