import type { HostLayer } from '@ecp/policy'
import { type Diagnostic, diagnostic, type Path, place } from '@ecp/protocol'
import { keysOf, partOf, singletons, wiringPaths } from './wired.ts'

/** What is wrong with the wiring of the layers together: each name is wired once, and by a layer that may. */
export function checkWiring(layers: readonly HostLayer[]): Diagnostic[] {
  return [
    ...redefinitions(layers),
    ...projectServers(layers),
    ...projectCounters(layers),
    ...projectWebhooks(layers),
    ...projectPrincipals(layers),
  ]
}

/** INVARIANT: what an outer layer wired means the same whatever the layers below it say. */
function redefinitions(layers: readonly HostLayer[]): Diagnostic[] {
  const found: Diagnostic[] = []
  const first = new Map<string, { layer: HostLayer; path: Path }>()
  const claim = (layer: HostLayer, path: Path, what: string) => {
    const id = path.join('\0')
    const before = first.get(id)
    if (!before) first.set(id, { layer, path })
    else {
      const there = place(before.layer.document.keyAt(path))
      const message = `${what} is wired by the ${before.layer.layer} layer already (${there}); a layer below it can neither redefine it nor add to it`
      found.push(diagnostic(layer.document, { code: 'layer', path, on: 'key', message }))
    }
  }
  for (const layer of layers) {
    for (const [kind, path] of Object.entries(wiringPaths)) {
      for (const name of keysOf(layer, path)) claim(layer, [...path, name], `${kind} \`${name}\``)
    }
    for (const path of singletons) if (partOf(layer, path) !== undefined) claim(layer, path, `\`${path.join('.')}\``)
  }
  return found
}

function projectServers(layers: readonly HostLayer[]): Diagnostic[] {
  const outer = layers.filter(({ layer }) => layer !== 'project')
  if (outer.length === 0) return []
  const naming = outer.filter(({ document }) => document.value.security?.tools)
  const against = naming.find(({ document }) => !document.value.security?.tools?.allowProjectServers)
  if (naming.length > 0 && !against) return []
  const rule = against
    ? `the ${against.layer} layer's \`security.tools\` (${place(against.document.keyAt(['security', 'tools']))})`
    : `no outer layer (${outer.map(({ document }) => document.file).join(', ')})`
  const says = against ? 'does not set `allowProjectServers`' : 'sets `security.tools.allowProjectServers`'
  return layers
    .filter(({ layer }) => layer === 'project')
    .flatMap((layer) =>
      keysOf(layer, wiringPaths.server).map((name) =>
        diagnostic(layer.document, {
          code: 'layer',
          path: [...wiringPaths.server, name],
          on: 'key',
          message: `server \`${name}\` is wired by a project, and ${rule} ${says}`,
        }),
      ),
    )
}

/** What decides where budgets and the stop switch are counted, and for how long. */
const counting = [['ledger'], ['gateway', 'runWindow']] as const

/**
 * INVARIANT: a project below another layer cannot get around that layer's budgets or stop switch by having its calls counted
 * elsewhere, or as a new run every second.
 */
function projectCounters(layers: readonly HostLayer[]): Diagnostic[] {
  const [outer] = layers.filter(({ layer }) => layer !== 'project')
  if (!outer) return []
  return layers
    .filter(({ layer }) => layer === 'project')
    .flatMap((layer) =>
      counting
        .filter((path) => partOf(layer, path) !== undefined)
        .map((path) =>
          diagnostic(layer.document, {
            code: 'layer',
            path,
            on: 'key',
            message: `\`${path.join('.')}\` is set by a project, and it decides where budgets and the stop switch of the ${outer.layer} layer (${outer.document.file}) count; set it there`,
          }),
        ),
    )
}

/** INVARIANT: a project below another layer is not told what everybody else on that layer's ledger asks for. */
function projectWebhooks(layers: readonly HostLayer[]): Diagnostic[] {
  const path = ['gateway', 'approvals', 'webhooks']
  const [outer] = layers.filter(({ layer }) => layer !== 'project')
  const project = layers.find(({ layer }) => layer === 'project')
  if (!outer || !project || partOf(project, path) === undefined) return []
  const message = `\`gateway.approvals.webhooks\` is set by a project, and its endpoints would be told of every approval on the ledger of the ${outer.layer} layer (${outer.document.file}); set it there`
  return [diagnostic(project.document, { code: 'layer', path, on: 'key', message })]
}

/** INVARIANT: a project below another layer cannot have runs counted, and remembered, as somebody else's. */
function projectPrincipals(layers: readonly HostLayer[]): Diagnostic[] {
  const [outer] = layers.filter(({ layer }) => layer !== 'project')
  const project = layers.find(({ layer }) => layer === 'project')
  if (!outer || !project) return []
  return keysOf(project, ['gateway', 'runs']).flatMap((name) => {
    const path = ['gateway', 'runs', name, 'principal']
    if (partOf(project, path) === undefined) return []
    const message = `\`gateway.runs.${name}.principal\` is set by a project, and budgets and memory of the ${outer.layer} layer (${outer.document.file}) are kept by principal; set it there, or leave it out`
    return [diagnostic(project.document, { code: 'layer', path, message })]
  })
}
