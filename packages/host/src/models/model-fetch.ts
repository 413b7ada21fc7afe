import type { HostLayer } from '@ecp/policy'
import { HostError } from '../error.ts'
import { totalLimit } from '../network/body.ts'
import { createGuardedFetch } from '../network/guarded-fetch.ts'
import { literalHosts, networkRules } from '../network/network-rules.ts'
import type { WiredProvider } from './wired-model.ts'

/** The most (bytes) that a provider may answer to one turn. */
const maxReplyBytes = 8_000_000
const readable = ['text/event-stream', 'application/json']

/** `fetch` for one provider: within `security.network`, without redirects, with a bound on the answer. */
export interface ModelFetch {
  readonly fetch: typeof globalThis.fetch
  close(): Promise<void>
}

export function modelFetch(layers: readonly HostLayer[], { id, baseURL, layer }: WiredProvider): ModelFetch {
  const guarded = createGuardedFetch({
    kind: 'model provider',
    name: id,
    rules: networkRules(layers),
    literals: literalHosts(layers, layer, baseURL),
  })
  const limited = totalLimit(`model provider \`${id}\``, maxReplyBytes)
  return {
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : input
      return guarded(url, {
        ...init,
        // An API key stands in a header of another name with each provider.
        carriesCredentials: true,
        watch: ({ status, headers }) => {
          const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
          if (status === 200 && !readable.includes(type)) {
            const shown = type === '' ? 'no content type' : `\`${type.slice(0, 50)}\``
            throw new HostError(
              'model.protocol',
              `model provider \`${id}\` answered with ${shown}, which is no reply of a model`,
            )
          }
          return limited()
        },
      })
    },
    close: () => guarded.close(),
  }
}
