import type { HostLayer } from '@ecp/policy'
import { nearest, type Path, place } from '@ecp/protocol'
import { HostError } from '../error.ts'

/** How a wired agent endpoint is reached. */
export interface WiredEndpoint {
  readonly name: string
  readonly url: string
  /** Milliseconds that a task may take. */
  readonly timeoutMs?: number
  /** The layer that wires it. */
  readonly layer: HostLayer
}

const keys = ['timeoutMs']
/** A timer takes no more (2^31 - 1 ms). */
const maxTimeoutMs = 2_147_483_647

/** Whether any layer wires an endpoint of this name. */
export function hasEndpoint(layers: readonly HostLayer[], name: string): boolean {
  return layers.some(({ document }) => Object.hasOwn(document.value.agents?.endpoints ?? {}, name))
}

/** The endpoint as it is wired. Throws `host.refused` for one that is not, and for a config that cannot be followed to the letter. */
export function wiredEndpoint(layers: readonly HostLayer[], name: string): WiredEndpoint {
  const layer = layers.find(({ document }) => Object.hasOwn(document.value.agents?.endpoints ?? {}, name))
  const wiring = layer?.document.value.agents?.endpoints?.[name]
  if (!layer || wiring === undefined) {
    throw new HostError('host.refused', `agent endpoint \`${name}\` is not wired in \`agents.endpoints\``)
  }
  if (typeof wiring === 'string') return { name, url: wiring, layer }
  const { url, config = {} } = wiring
  const refuse = (path: Path, message: string): never => {
    const at = place(layer.document.keyAt(['agents', 'endpoints', name, 'config', ...path]))
    throw new HostError('host.refused', `agent endpoint \`${name}\` (${at}): ${message}`)
  }
  for (const key of Object.keys(config)) {
    if (key === '_meta' || keys.includes(key)) continue
    const meant = nearest(key, keys)
    refuse(
      [key],
      `\`${key}\` is nothing that ecp knows; ${meant ? `did you mean \`${meant}\`?` : 'it takes `timeoutMs`'}`,
    )
  }
  const { timeoutMs } = config
  if (timeoutMs === undefined) return { name, url, layer }
  if (typeof timeoutMs === 'number' && Number.isSafeInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= maxTimeoutMs) {
    return { name, url, layer, timeoutMs }
  }
  return refuse(['timeoutMs'], '`timeoutMs` is no number of milliseconds that a timer takes')
}
