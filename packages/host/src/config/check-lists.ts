import type { HostLayer } from '@ecp/policy'
import { type Diagnostic, diagnostic, type Fault, nearest, type Path, place } from '@ecp/protocol'
import { readPasskeyKey } from '../approvals/passkey-key.ts'
import { keysOf, namesOf, partOf, type WiringKind, wiredNames, wiringPaths } from './wired.ts'

interface List {
  readonly list: readonly [area: string, key: string]
  readonly kinds: readonly WiringKind[]
  /** A list (or one name) that must be within the allow-list. */
  readonly default?: string
}

const lists: readonly List[] = [
  { list: ['models', 'allowProviders'], kinds: ['provider'], default: 'defaultProviders' },
  { list: ['tools', 'allowServers'], kinds: ['server'] },
  { list: ['tools', 'allowSampling'], kinds: ['server'] },
  { list: ['tools', 'allowElicitation'], kinds: ['server'] },
  { list: ['agents', 'allowEndpoints'], kinds: ['endpoint'], default: 'defaultEnable' },
  { list: ['executors', 'allowExecutors'], kinds: ['executor'], default: 'defaultEnable' },
  { list: ['memory', 'allowStores'], kinds: ['store'], default: 'defaultStore' },
  { list: ['loggers', 'allowEnable'], kinds: ['logger'], default: 'defaultEnable' },
  { list: ['plugins', 'allowIds'], kinds: ['provider', 'executor', 'logger', 'store', 'install'] },
]

/** What is wrong with the lists of `security`, each judged against the wiring and the lists of all layers. */
export function checkLists(layers: readonly HostLayer[]): Diagnostic[] {
  return layers.flatMap((layer) => {
    const found: Diagnostic[] = []
    const report = (fault: Fault) => {
      found.push(diagnostic(layer.document, fault))
    }
    for (const list of lists) {
      for (const fault of unwired(layers, layer, list)) report(fault)
      for (const fault of defaultsOutside(layers, layer, list)) report(fault)
    }
    for (const fault of [
      ...models(layers, layer),
      ...patterns(layers, layer),
      ...approvers(layers, layer),
      ...passkeys(layer),
    ])
      report(fault)
    return found
  })
}

function unknown(kind: string, name: string, path: Path, known: Iterable<string>): Fault {
  const names = [...known].toSorted()
  return {
    code: 'reference',
    path,
    message: `no layer wires a ${kind} \`${name}\``,
    expected: names,
    nearest: nearest(name, names),
  }
}

function unwired(layers: readonly HostLayer[], layer: HostLayer, { list, kinds }: List): Fault[] {
  const path = ['security', ...list]
  const wired = wiredNames(layers, kinds)
  return namesOf(layer, path).flatMap((name, index) =>
    wired.has(name) ? [] : [unknown(kinds.join(', '), name, [...path, index], wired.keys())],
  )
}

function defaultsOutside(layers: readonly HostLayer[], layer: HostLayer, { list, default: key }: List): Fault[] {
  if (key === undefined) return []
  const [area] = list
  const path = ['security', area, key]
  const one = partOf(layer, path)
  const wanted =
    typeof one === 'string'
      ? [{ name: one, path }]
      : namesOf(layer, path).map((name, index) => ({ name, path: [...path, index] }))
  return wanted.flatMap(({ name, path }) => {
    const against = layers.find(
      (other) =>
        partOf(other, ['security', area]) !== undefined && !namesOf(other, ['security', ...list]).includes(name),
    )
    if (!against) return []
    const allowed = namesOf(against, ['security', ...list])
    const where = place(against.document.at(['security', ...list]))
    const message = `\`${name}\` is a default and not in \`security.${list.join('.')}\` of the ${against.layer} layer (${where})`
    return [{ code: 'reference', path, message, expected: allowed, nearest: nearest(name, allowed) }]
  })
}

/** Each allowed model is one that the layer which wired the provider supports. */
function models(layers: readonly HostLayer[], layer: HostLayer): Fault[] {
  const faults: Fault[] = []
  const perProvider = ['security', 'models', 'allowedModels']
  const wired = wiredNames(layers, ['provider'])
  for (const provider of keysOf(layer, perProvider)) {
    const path = [...perProvider, provider]
    const wiring = wired.get(provider)
    if (!wiring) {
      faults.push({ ...unknown('provider', provider, path, wired.keys()), on: 'key' })
      continue
    }
    const at = [...wiringPaths.provider, provider]
    const listed = namesOf(wiring, [...at, 'supportedModels'])
    const standard = partOf(wiring, [...at, 'defaultModel'])
    const supported =
      partOf(wiring, [...at, 'supportedModels']) !== undefined ? listed : typeof standard === 'string' ? [standard] : []
    for (const [index, model] of namesOf(layer, path).entries()) {
      if (supported.includes(model)) continue
      const where = place(wiring.document.at([...at, 'supportedModels']))
      const message = `model \`${model}\` is not one that \`${provider}\` supports (${where})`
      faults.push({
        code: 'reference',
        path: [...path, index],
        message,
        expected: supported,
        nearest: nearest(model, supported),
      })
    }
  }
  return faults
}

/**
 * A pattern that names a server which is not wired: on an allow-list an error; elsewhere, where it may be there in case the
 * server comes, only a warning when another name is near.
 */
function patterns(layers: readonly HostLayer[], layer: HostLayer): Fault[] {
  const wired = wiredNames(layers, ['server'])
  const lists = [
    { path: ['security', 'tools', 'allow'], strict: true },
    { path: ['security', 'tools', 'deny'], strict: false },
    { path: ['security', 'writes', 'requireApprovalFor'], strict: false },
  ]
  const faults = lists.flatMap(({ path, strict }) =>
    namesOf(layer, path).flatMap((pattern, index): Fault[] => {
      const server = pattern.slice(0, pattern.indexOf(':'))
      if (server.includes('*') || wired.has(server)) return []
      const fault = unknown('server', server, [...path, index], wired.keys())
      if (strict) return [fault]
      return fault.nearest === undefined ? [] : [{ ...fault, code: 'advice', severity: 'warning' }]
    }),
  )
  const ids = [...wiredNames(layers, ['provider', 'server', 'executor', 'logger', 'store', 'install']).keys()]
  const denied = ['security', 'plugins', 'denyIds']
  for (const [index, id] of namesOf(layer, denied).entries()) {
    const near = ids.includes(id) ? undefined : nearest(id, ids)
    if (near === undefined) continue
    faults.push({ ...unknown('plugin', id, [...denied, index], ids), code: 'advice', severity: 'warning' })
  }
  return faults
}

function approvers(layers: readonly HostLayer[], layer: HostLayer): Fault[] {
  const known = new Set<string>()
  for (const other of layers) {
    for (const name of keysOf(other, ['security', 'approvers'])) {
      known.add(name)
      for (const group of namesOf(other, ['security', 'approvers', name, 'groups'])) known.add(group)
    }
  }
  const path = ['security', 'writes', 'approval', 'approvers']
  return namesOf(layer, path).flatMap((name, index) =>
    known.has(name)
      ? []
      : [
          {
            code: 'reference',
            path: [...path, index],
            message: `no layer's \`security.approvers\` has an approver or group \`${name}\``,
            expected: [...known].toSorted(),
            nearest: nearest(name, known),
          },
        ],
  )
}

/** The one thing of a passkey that takes cryptography to judge. */
function passkeys({ document }: HostLayer): Fault[] {
  return Object.entries(document.value.security?.approvers ?? {}).flatMap(([name, { passkeys: listed = [] }]) =>
    listed.flatMap(({ publicKey }, index): Fault[] => {
      if (readPasskeyKey(publicKey)) return []
      const path = ['security', 'approvers', name, 'passkeys', index, 'publicKey']
      const message = `this is no public key that a passkey of \`${name}\` could have`
      const expected = [
        'SPKI in DER, base64url, of a P-256, Ed25519 or RSA key, as `ecp approvers add --passkey` prints it',
      ]
      return [{ code: 'wrong-value', path, message, expected }]
    }),
  )
}
