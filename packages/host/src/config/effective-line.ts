import type { HostLayer } from '@ecp/policy'
import type { Json, Path, SourceRange } from '@ecp/protocol'

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

/** The place of a part of a layer, as a source. */
export function source(layer: HostLayer, path: Path): EffectiveSource {
  const onKey = typeof path.at(-1) === 'string'
  return { layer: layer.layer, range: onKey ? layer.document.keyAt(path) : layer.document.at(path) }
}
