import { type EffectiveLine, source } from './effective-line.ts'
import { effectiveSecurity } from './effective-security.ts'
import { effectiveWiring } from './effective-wiring.ts'
import type { LoadedConfig } from './load-config.ts'

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
