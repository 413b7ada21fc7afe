import { isJsonObject, type JsonObject } from '@ecp/protocol'

/** What a request holds beside what its method names: see `ActionRequest.extra` and `PerformOptions.traceContext`. */
export interface Surplus {
  readonly extra?: JsonObject
  readonly traceContext?: Readonly<Record<string, string>>
}

/** W3C Trace Context and Baggage, as MCP carries them in `_meta`. */
const traceKeys: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage'])

/**
 * The fields of a request's params that its method does not name, `_meta` included, without what is between this side and
 * its client alone: the progress token, and the keys that MCP reserves for its own envelope.
 */
export function surplus(params: JsonObject, named: readonly string[]): Surplus {
  const { _meta, ...fields } = params
  const others = Object.entries(fields).filter(([key]) => !named.includes(key))
  const meta = Object.entries(isJsonObject(_meta) ? _meta : {}).filter(
    ([key]) => key !== 'progressToken' && !key.startsWith('io.modelcontextprotocol/'),
  )
  const kept = meta.filter(([key]) => !traceKeys.has(key))
  const traces = meta.flatMap(([key, value]) =>
    traceKeys.has(key) && typeof value === 'string' ? [[key, value] as const] : [],
  )
  const extra: JsonObject = {
    ...Object.fromEntries(others),
    ...(kept.length > 0 ? { _meta: Object.fromEntries(kept) } : {}),
  }
  return {
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
    ...(traces.length > 0 ? { traceContext: Object.fromEntries(traces) } : {}),
  }
}
