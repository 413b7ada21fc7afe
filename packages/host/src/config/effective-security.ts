import { builtInBudgets, type HostLayer } from '@ecp/policy'
import { type Json, milliseconds, type Path } from '@ecp/protocol'
import { type EffectiveLine, type EffectiveSource, source } from './effective-line.ts'
import { keysOf, namesOf, partOf, wiredNames } from './wired.ts'

const nobody = 'nothing is allowed, as no layer names the area'

/** `security` of all layers, computed: what may be used, and on which terms. */
export function effectiveSecurity(layers: readonly HostLayer[]): EffectiveLine[] {
  const all = new Reading(layers)
  return [
    ...all.allowed('models', 'allowProviders'),
    ...all.within('models', 'defaultProviders'),
    ...models(all),
    ...servers(all),
    ...all.ceilings(['tools', 'allow']),
    ...all.union(['tools', 'deny']),
    ...projectServers(all),
    ...all.unanimous('tools', 'allowContextDefault'),
    ...all.allowed('tools', 'allowSampling'),
    ...all.allowed('tools', 'allowElicitation'),
    ...all.allowed('agents', 'allowEndpoints'),
    ...all.within('agents', 'defaultEnable'),
    ...all.allowed('executors', 'allowExecutors'),
    ...all.within('executors', 'defaultEnable'),
    ...all.allowed('memory', 'allowStores'),
    ...all.within('memory', 'defaultStore'),
    ...all.allowed('loggers', 'allowEnable'),
    ...all.within('loggers', 'defaultEnable'),
    ...all.allowed('secrets', 'allowProviders'),
    ...plugins(all),
    ...writes(all),
    ...approvers(all),
    ...budgets(all),
    ...network(all),
  ]
}

/** The layers, read an area of `security` at a time. */
class Reading {
  readonly layers: readonly HostLayer[]
  constructor(layers: readonly HostLayer[]) {
    this.layers = layers
  }

  /** The layers that name an area: the only ones that constrain it. */
  naming(area: string): readonly HostLayer[] {
    return this.layers.filter((layer) => partOf(layer, ['security', area]) !== undefined)
  }

  /** The layers that have something at a path below `security`. */
  saying(path: Path): readonly HostLayer[] {
    return this.layers.filter((layer) => partOf(layer, ['security', ...path]) !== undefined)
  }

  sources(layers: readonly HostLayer[], path: Path): EffectiveSource[] {
    return layers.map((layer) => source(layer, ['security', ...path]))
  }

  /** The places where a list of each of these layers names something. */
  placesOf(layers: readonly HostLayer[], path: Path, name: string): EffectiveSource[] {
    return layers.flatMap((layer) => {
      const index = namesOf(layer, ['security', ...path]).indexOf(name)
      return index < 0 ? [] : [source(layer, ['security', ...path, index])]
    })
  }

  /** An allow-list: what every layer that names the area lists. What only some of them list is told. */
  allowed(area: string, key: string, layers = this.naming(area), where: Path = [area, key]): EffectiveLine[] {
    const path = ['security', ...where]
    if (layers.length === 0) return [{ path, value: [], sources: [], note: nobody }]
    const names = [...new Set(layers.flatMap((layer) => namesOf(layer, path)))]
    const common = names.filter((name) => layers.every((layer) => namesOf(layer, path).includes(name)))
    const left = names.filter((name) => !common.includes(name)).map((name) => missing(layers, path, name))
    const note = left.length > 0 ? { note: left.join('; ') } : {}
    if (common.length === 0) return [{ path, value: [], sources: this.sources(layers, where), ...note }]
    const items = common.map((name, index) => ({
      path: [...path, index],
      value: name,
      sources: this.placesOf(layers, where, name),
    }))
    return left.length > 0 ? [{ path, sources: this.sources(layers, where), ...note }, ...items] : items
  }

  /** Defaults, which the check of the config has found in every allow-list. */
  within(area: string, key: string): EffectiveLine[] {
    return this.saying([area, key]).length === 0 ? [] : this.union([area, key])
  }

  /** What any layer lists, or says. */
  union(where: Path): EffectiveLine[] {
    const path = ['security', ...where]
    const layers = this.saying(where)
    const one = layers.find((layer) => typeof partOf(layer, path) === 'string')
    if (one) return [{ path, value: partOf(one, path) as Json, sources: [source(one, path)] }] // reason: a string, see above
    const names = [...new Set(layers.flatMap((layer) => namesOf(layer, path)))]
    if (names.length === 0) return [{ path, value: [], sources: this.sources(layers, where) }]
    return names.map((name, index) => ({
      path: [...path, index],
      value: name,
      sources: this.placesOf(layers, where, name),
    }))
  }

  /** Lists of patterns of which a tool must fit one in each. */
  ceilings(where: Path): EffectiveLine[] {
    const path = ['security', ...where]
    const layers = this.saying(where)
    if (layers.length === 0) return [{ path, value: ['*:*'], sources: [], note: 'no narrowing beyond allowServers' }]
    const items = (layer: HostLayer, at: Path): EffectiveLine[] => {
      const patterns = namesOf(layer, path)
      if (patterns.length === 0) return [{ path: at, value: [], sources: [source(layer, path)] }]
      return patterns.map((value, index) => ({
        path: [...at, index],
        value,
        sources: [source(layer, [...path, index])],
      }))
    }
    const [only] = layers
    if (only && layers.length === 1) return items(only, path)
    const sources = this.sources(layers, where)
    const note = 'a tool must fit a pattern of each layer'
    return [{ path, sources, note }, ...layers.flatMap((layer) => items(layer, [...path, layer.layer]))]
  }

  /** Something that holds only where every layer that names the area says `true`. */
  unanimous(area: string, key: string): EffectiveLine[] {
    const layers = this.naming(area)
    const path = ['security', area, key]
    const against = layers.filter((layer) => partOf(layer, path) !== true)
    const value = layers.length > 0 && against.length === 0
    const saying = (value ? layers : against).filter((layer) => partOf(layer, path) !== undefined)
    return [{ path, value, sources: this.sources(saying, [area, key]) }]
  }

  /** The least (or most) of a number that any layer sets. */
  strictest(where: Path, read: (value: unknown) => number, sign: 1 | -1 = 1): EffectiveLine[] {
    const path = ['security', ...where]
    const set = this.saying(where).map((layer) => ({ layer, value: read(partOf(layer, path)) * sign }))
    const least = Math.min(...set.map(({ value }) => value))
    const from = set.filter(({ value }) => value === least).map(({ layer }) => layer)
    const [first] = from
    if (!first) return []
    return [{ path, value: partOf(first, path) as Json, sources: this.sources(from, where) }] // reason: documents hold JSON
  }
}

function missing(layers: readonly HostLayer[], path: Path, name: string): string {
  const without = layers.filter((layer) => !namesOf(layer, path).includes(name)).map(({ layer }) => layer)
  return `not \`${name}\`, which is not listed by: ${without.join(', ')}`
}

function models(all: Reading): EffectiveLine[] {
  const layers = all.naming('models')
  const providers = [...new Set(layers.flatMap((layer) => keysOf(layer, ['security', 'models', 'allowedModels'])))]
  return providers.flatMap((provider) => all.allowed('models', provider, layers, ['models', 'allowedModels', provider]))
}

/** A project's servers are admitted by the outer layers' `allowProjectServers`, never by name (host.md, Layers). */
function servers(all: Reading): EffectiveLine[] {
  const outer = all.layers.filter(({ layer }) => layer !== 'project')
  const where = ['tools', 'allowServers']
  const path = ['security', ...where]
  const named = all.naming('tools')
  const wired = wiredNames(all.layers, ['server'])
  const ofProject = (name: string) => wired.get(name)?.layer === 'project' && outer.length > 0
  const names = new Set([...named.flatMap((layer) => namesOf(layer, path)), ...[...wired.keys()].filter(ofProject)])
  const items: { name: string; sources: EffectiveSource[] }[] = []
  const left: string[] = []
  for (const name of names) {
    const asking = ofProject(name) ? named.filter(({ layer }) => layer === 'project') : named
    const admitting = ofProject(name) ? named.filter(({ layer }) => layer !== 'project') : []
    if (asking.some((layer) => !namesOf(layer, path).includes(name))) left.push(missing(asking, path, name))
    else if (ofProject(name) && !(admitting.length > 0 && admitting.every(admitsProjects))) {
      left.push(`not \`${name}\`, which the project wires: \`allowProjectServers\` is not true`)
    } else {
      const sources = [
        ...all.sources(admitting, ['tools', 'allowProjectServers']),
        ...all.placesOf(asking, where, name),
      ]
      items.push({ name, sources })
    }
  }
  const sources = all.sources(named, where)
  if (named.length === 0) return [{ path, value: [], sources: [], note: nobody }]
  const note = left.length > 0 ? { note: left.join('; ') } : {}
  if (items.length === 0) return [{ path, value: [], sources, ...note }]
  const lines = items.map(({ name, sources }, index) => ({ path: [...path, index], value: name, sources }))
  return left.length > 0 ? [{ path, sources, ...note }, ...lines] : lines
}

const admitsProjects = ({ document }: HostLayer): boolean =>
  document.value.security?.tools?.allowProjectServers === true

function projectServers(all: Reading): EffectiveLine[] {
  const outer = all.layers.filter(({ layer }) => layer !== 'project')
  const path = ['security', 'tools', 'allowProjectServers']
  if (outer.length === 0) return []
  const rank: readonly Json[] = [false, 'sandboxed', true]
  const said = all
    .naming('tools')
    .filter(({ layer }) => layer !== 'project')
    .map((layer) => ({ layer, rank: Math.max(0, rank.indexOf((partOf(layer, path) ?? false) as Json)) })) // reason: documents hold JSON
  const least = Math.min(...said.map(({ rank }) => rank))
  const from = said
    .filter((one) => one.rank === least && partOf(one.layer, path) !== undefined)
    .map(({ layer }) => layer)
  return [
    {
      path,
      value: rank[said.length === 0 ? 0 : least] ?? false,
      sources: all.sources(from, ['tools', 'allowProjectServers']),
    },
  ]
}

function plugins(all: Reading): EffectiveLine[] {
  const layers = all.naming('plugins')
  if (layers.length === 0) {
    const path = ['security', 'plugins']
    const note = 'what ships with ecp, as its own area allows; nothing else'
    return [{ path: [...path, 'allowSourceTypes', 0], value: 'builtin', sources: [], note }]
  }
  return [
    ...['allowKinds', 'allowSourceTypes', 'allowIds'].flatMap((key) => all.allowed('plugins', key)),
    ...all.union(['plugins', 'denyIds']),
  ]
}

function writes(all: Reading): EffectiveLine[] {
  const path = ['security', 'writes', 'mode']
  const modes = ['execute-if-allowed', 'propose-only', 'forbid']
  const said = all.saying(['writes', 'mode'])
  const rank = (layer: HostLayer) => modes.indexOf(String(partOf(layer, path)))
  const strictest = Math.max(0, ...said.map(rank))
  const from = said.filter((layer) => rank(layer) === strictest)
  const mode: EffectiveLine = {
    path,
    value: modes[strictest] ?? 'forbid',
    sources: all.sources(from, ['writes', 'mode']),
  }
  const approval = (key: string): Path => ['writes', 'approval', key]
  const naming = all.saying(approval('approvers'))
  const expiry = all.strictest(approval('expiresAfter'), (value) => milliseconds(String(value)))
  const quorum = all.strictest(approval('quorum'), Number, -1)
  const orBuiltIn = (lines: EffectiveLine[], key: string, value: Json): EffectiveLine[] =>
    lines.length > 0 ? lines : [{ path: ['security', ...approval(key)], value, sources: [] }]
  return [
    from.length > 0 ? mode : { ...mode, note: 'no floor' },
    ...all.union(['writes', 'requireApprovalFor']),
    ...orBuiltIn(expiry, 'expiresAfter', '24h'),
    ...orBuiltIn(quorum, 'quorum', 1),
    ...(naming.length > 0 ? all.allowed('writes', 'approvers', naming, approval('approvers')) : []),
  ]
}

function approvers(all: Reading): EffectiveLine[] {
  const path = ['security', 'approvers']
  const lines = all.layers.flatMap((layer) =>
    keysOf(layer, path).flatMap((name) => {
      const at = [...path, name]
      return keysOf(layer, at).map((key) => ({
        path: [...at, key],
        value: partOf(layer, [...at, key]) as Json, // reason: documents hold JSON
        sources: [source(layer, [...at, key])],
      }))
    }),
  )
  if (lines.length > 0) return lines
  return [{ path, value: {}, sources: [], note: 'answers are taken from the local operator, unsigned' }]
}

function budgets(all: Reading): EffectiveLine[] {
  const keys = [
    'maxToolCalls',
    'maxRuntimeSeconds',
    'maxModelTokens',
    'maxCostUsd',
    'maxDenials',
    'maxRepeats',
  ] as const
  const areas = ['defaults', 'perRun', 'perPrincipalPerDay'] as const
  return areas.flatMap((area) =>
    keys.flatMap((key): EffectiveLine[] => {
      const set = all.strictest(['budgets', area, key], Number)
      if (set.length > 0 || area !== 'defaults' || !(key in builtInBudgets)) return set
      const value = builtInBudgets[key as keyof typeof builtInBudgets] // reason: asked in the line above
      return [{ path: ['security', 'budgets', area, key], value, sources: [] }]
    }),
  )
}

function network(all: Reading): EffectiveLine[] {
  const layers = all.saying(['network', 'allowDomains'])
  const open: EffectiveLine = { path: ['security', 'network'], sources: [], note: 'public addresses, over https only' }
  return [
    ...(layers.length > 0 ? all.allowed('network', 'allowDomains', layers) : [open]),
    ...all.unanimous('network', 'allowPrivateAddresses'),
  ]
}
