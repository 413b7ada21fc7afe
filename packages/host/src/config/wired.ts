import type { HostLayer } from '@ecp/policy'
import { isJsonObject, type Path, type ServerWiring } from '@ecp/protocol'

/** Where each kind of thing is wired by name. */
export const wiringPaths = {
  provider: ['models', 'providers'],
  server: ['tools', 'servers'],
  endpoint: ['agents', 'endpoints'],
  executor: ['executors', 'instances'],
  store: ['memory', 'stores'],
  logger: ['loggers', 'config'],
  install: ['plugins', 'installs'],
} as const satisfies Record<string, readonly [string, string]>
export type WiringKind = keyof typeof wiringPaths

/** What one layer alone may say, as a whole. */
export const singletons = [['secrets'], ['gateway'], ['ledger'], ['security', 'approvers']] as const

/** The part of a layer's document at a path, `undefined` where it says nothing. */
export function partOf(layer: HostLayer, path: Path): unknown {
  let part: unknown = layer.document.value
  for (const key of path) {
    if (Array.isArray(part) && typeof key === 'number') part = part[key]
    else if (isJsonObject(part) && Object.hasOwn(part, key)) part = part[key]
    else return undefined
  }
  return part
}

/** The keys of a map at a path, without `_meta`. */
export function keysOf(layer: HostLayer, path: Path): readonly string[] {
  const part = partOf(layer, path)
  return isJsonObject(part) ? Object.keys(part).filter((key) => key !== '_meta') : []
}

/** The names in a list at a path. */
export function namesOf(layer: HostLayer, path: Path): readonly string[] {
  const part = partOf(layer, path)
  return Array.isArray(part) ? part.filter((name) => typeof name === 'string') : []
}

/** Every name that is wired as one of these kinds, with the layer that wired it first. */
export function wiredNames(layers: readonly HostLayer[], kinds: readonly WiringKind[]): ReadonlyMap<string, HostLayer> {
  const names = new Map<string, HostLayer>()
  for (const kind of kinds) {
    for (const layer of layers) {
      for (const name of keysOf(layer, wiringPaths[kind])) if (!names.has(name)) names.set(name, layer)
    }
  }
  return names
}

/** A server's wiring, and the layer it stands in. */
export function wiredServer(
  layers: readonly HostLayer[],
  server: string,
): { readonly layer: HostLayer; readonly wiring: ServerWiring } | undefined {
  for (const layer of layers) {
    const servers = layer.document.value.tools?.servers
    const wiring = servers && Object.hasOwn(servers, server) ? servers[server] : undefined
    if (wiring) return { layer, wiring }
  }
  return undefined
}
