import type { HostLayer } from '@ecp/policy'
import type { Secrets } from '../secrets/secrets.ts'
import { failure, retryable } from './failure.ts'
import { type ModelFetch, modelFetch } from './model-fetch.ts'
import type { Models } from './models.ts'
import { promptOf } from './prompt.ts'
import { providerModel } from './provider-model.ts'
import { readReply } from './read-reply.ts'
import { retried } from './retry.ts'
import { toolNames } from './tool-names.ts'
import type { ModelTurn } from './turn.ts'
import { type WiredProvider, wiredProvider } from './wired-model.ts'

export interface OpenModelsOptions {
  readonly layers: readonly HostLayer[]
  readonly secrets: Pick<Secrets, 'resolve'>
  /** Milliseconds since the epoch. */
  now(): number
  /** 0 to 1. */
  random(): number
  /** Before the second attempt of a turn, in milliseconds. */
  readonly firstRetryMs?: number
}

const attempts = 4
const defaultFirstRetryMs = 500
/** The longest wait between two attempts, in milliseconds, whatever a provider asks for. */
const mostRetryMs = 30_000

/** Model turns at the providers that the layers wire, through the guarded network. Opens nothing before it is asked. */
export function openModels(options: OpenModelsOptions): Models {
  const { layers, secrets, now, random, firstRetryMs = defaultFirstRetryMs } = options
  const fetches = new Map<string, ModelFetch>()
  const fetchOf = (provider: WiredProvider) => {
    const found = fetches.get(provider.id) ?? modelFetch(layers, provider)
    fetches.set(provider.id, found)
    return found.fetch
  }
  const reached = async (target: string) => {
    const slash = target.indexOf('/')
    const provider = wiredProvider(layers, target.slice(0, Math.max(0, slash)))
    const apiKey = provider.apiKey ? await secrets.resolve(provider.apiKey) : undefined
    return { provider, apiKey, name: target.slice(slash + 1) }
  }
  return {
    async check(target) {
      await reached(target)
    },
    async generate(target, turn, { signal, onText }) {
      const who = `model \`${target}\``
      const { provider, apiKey, name } = await reached(target)
      const model = await providerModel({ provider, model: name, apiKey, fetch: fetchOf(provider) })
      const names = toolNames(toolsIn(turn))
      const asked = { ...promptOf(turn, names), abortSignal: signal }
      const again = (cause: unknown) => retryable(cause, now())
      const retrying = { attempts, firstMs: firstRetryMs, mostMs: mostRetryMs, signal, random, retryable: again }
      try {
        // What has begun is not begun again: somebody may have read it.
        const { stream } = await retried(async () => model.doStream(asked), retrying)
        return await readReply(stream, { who, turn, names, ...(onText ? { onText } : {}) })
      } catch (cause) {
        if (signal.aborted) throw signal.reason
        throw failure(who, cause)
      }
    },
    async close() {
      await Promise.all([...fetches.values()].map((fetch) => fetch.close()))
    },
  }
}

/** Tools that are offered, and those of calls before, which may be offered no more. */
function toolsIn({ tools = [], messages }: ModelTurn): string[] {
  const called = messages.flatMap((message) => (message.role === 'assistant' ? (message.calls ?? []) : []))
  return [...new Set([...tools.map(({ name }) => name), ...called.map(({ tool }) => tool)])]
}
