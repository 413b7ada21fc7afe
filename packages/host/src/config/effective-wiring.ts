import type { HostLayer } from '@ecp/policy'
import { diagnostic, isJsonObject, type Json, type Path } from '@ecp/protocol'
import { type EffectiveLine, source } from './effective-line.ts'
import { defaultRunQueue } from './run-queue.ts'
import { keysOf, partOf, wiringPaths } from './wired.ts'

const hidden = '(not shown)'

/** What all layers wire, area by area, with the defaults of what they leave out. */
export function effectiveWiring(layers: readonly HostLayer[]): EffectiveLine[] {
  const lines: EffectiveLine[] = []
  for (const path of Object.values(wiringPaths)) {
    for (const layer of layers) {
      for (const name of keysOf(layer, path))
        lines.push(...flat(layer, [...path, name]), ...defaults(layer, [...path, name]))
    }
  }
  for (const { area, missing } of singletons) {
    const layer = layers.find((layer) => partOf(layer, [area]) !== undefined)
    if (layer) lines.push(...flat(layer, [area]))
    lines.push(...missing((path) => layer !== undefined && partOf(layer, [area, ...path]) !== undefined))
  }
  return lines
}

/** What one layer says as a whole, and what holds where it leaves a part out. */
const singletons: readonly {
  readonly area: string
  missing(says: (path: Path) => boolean): EffectiveLine[]
}[] = [
  {
    area: 'secrets',
    missing: (says) => [
      ...(says(['policy']) ? [] : builtIn(['secrets', 'policy'], 'warn')),
      ...(says(['providers', 'dot.env', 'path'])
        ? []
        : builtIn(['secrets', 'providers', 'dot.env', 'path'], './.env', 'in the working folder')),
    ],
  },
  {
    area: 'gateway',
    missing: (says) => [
      ...(says(['runWindow']) ? [] : builtIn(['gateway', 'runWindow'], '1d')),
      ...(says(['runs']) ? runQueue(says) : []),
    ],
  },
  {
    area: 'ledger',
    missing: (says) => (says(['path']) || says(['postgres']) ? [] : builtIn(['ledger', 'path'], '~/.ecp/ledger')),
  },
]

/** The bounds of runs that are started here, as {@link defaultRunQueue} has them. */
function runQueue(says: (path: Path) => boolean): EffectiveLine[] {
  return Object.entries(defaultRunQueue).flatMap(([key, value]) =>
    says(['runQueue', key]) ? [] : builtIn(['gateway', 'runQueue', key], value),
  )
}

function defaults(layer: HostLayer, path: Path): EffectiveLine[] {
  if (path[0] !== 'tools') return []
  const missing = (key: string) => partOf(layer, [...path, key]) === undefined
  const stdio = partOf(layer, [...path, 'transport', 'type']) === 'stdio'
  return [
    ...(missing('trustAnnotations') ? builtIn([...path, 'trustAnnotations'], true) : []),
    ...(missing('sandbox') && stdio ? builtIn([...path, 'sandbox'], 'preferred') : []),
  ]
}

function builtIn(path: Path, value: Json, note?: string): EffectiveLine[] {
  return [{ path, value, sources: [], ...(note === undefined ? {} : { note }) }]
}

/** A part of a layer's document, one line for each value. */
function flat(layer: HostLayer, path: Path): EffectiveLine[] {
  const part = partOf(layer, path)
  const sources = [source(layer, path)]
  if (Array.isArray(part) && part.length > 0) return part.flatMap((_, index) => flat(layer, [...path, index]))
  if (isJsonObject(part)) {
    const keys = keysOf(layer, path)
    if (keys.length > 0) return keys.flatMap((key) => flat(layer, [...path, key]))
    return [{ path, value: {}, sources }]
  }
  return [{ path, value: shown(layer, path) ? (part as Json) : hidden, sources }] // reason: documents hold JSON
}

/** A reference to a secret is shown, a value that may be one is not. */
function shown(layer: HostLayer, path: Path): boolean {
  const reference = path.at(-1) === 'key' || path.at(-1) === 'provider'
  const parent = partOf(layer, path.slice(0, -1))
  if (reference && isJsonObject(parent) && typeof parent.provider === 'string' && typeof parent.key === 'string')
    return true
  return !diagnostic(layer.document, { code: 'advice', path, message: '' }).sensitive
}
