import type { HostLayer } from '@ecp/policy'
import type { Json, Path, SourceRange } from '@ecp/protocol'
import { effectiveSecurity } from './effective-security.ts'
import { effectiveWiring } from './effective-wiring.ts'
import type { LoadedConfig } from './load-config.ts'

/** Where a line of the effective config comes from. */
export interface EffectiveSource {
  readonly layer: HostLayer['layer']
  readonly range: SourceRange
}

/** One line of what the layers come to together. */
export interface EffectiveLine {
  readonly path: Path
  /** Absent on a line that only says something about the block below it. */
  readonly value?: Json
  /** Every layer and place that made it so; none for what is built in. */
  readonly sources: readonly EffectiveSource[]
  readonly note?: string
}

/**
 * What the layers come to: the wiring of all of them, and `security` computed as it is decided by (allow-lists intersected,
 * deny-lists and floors added up, the least of each budget), each line with the layers and places that made it so, built-in
 * defaults included. Values of `env`, headers and whatever looks like a secret are not shown.
 */
export function effectiveConfig({ layers }: Pick<LoadedConfig, 'layers'>): readonly EffectiveLine[] {
  const version = layers.map((layer) => source(layer, ['version']))
  return [
    { path: ['version'], value: '0.5', sources: version },
    ...effectiveWiring(layers),
    ...effectiveSecurity(layers),
  ]
}

/** The place of a part of a layer, as a source. */
export function source(layer: HostLayer, path: Path): EffectiveSource {
  const onKey = typeof path.at(-1) === 'string'
  return { layer: layer.layer, range: onKey ? layer.document.keyAt(path) : layer.document.at(path) }
}
