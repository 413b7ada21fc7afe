import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { HostLayer } from '@ecp/policy'
import { nearest, type Path, place } from '@ecp/protocol'
import { HostError } from '../error.ts'

/** Where stores are, besides what the config says. */
export interface StorePlaces {
  /** What `~/` at the start of a path stands for. */
  readonly home: string
  /** The ledger's file: a store that names no place is beside it. */
  readonly ledgerFile: string
}

const keys = ['path']
/** A name that is a file's everywhere, and that no target is split in. */
const storeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/**
 * The file of a wired store: `config.path`, relative to the folder of the config that wires it; missing: `memory-ID.db` beside the
 * ledger. Throws `host.refused` for a store that is not wired, and for a config that cannot be followed to the letter.
 */
export function storeFile(layers: readonly HostLayer[], id: string, { home, ledgerFile }: StorePlaces): string {
  const layer = layers.find(({ document }) => Object.hasOwn(document.value.memory?.stores ?? {}, id))
  if (!layer) throw new HostError('host.refused', `memory store \`${id}\` is not wired in \`memory.stores\``)
  const refuse = (path: Path, message: string): never => {
    const at = place(layer.document.keyAt(['memory', 'stores', id, ...path]))
    throw new HostError('host.refused', `memory store \`${id}\` (${at}): ${message}`)
  }
  if (!storeName.test(id)) return refuse([], 'name it with letters, digits, `.`, `_` and `-`')
  const config = layer.document.value.memory?.stores?.[id]?.config ?? {}
  for (const key of Object.keys(config)) {
    if (key === '_meta' || keys.includes(key)) continue
    const meant = nearest(key, keys)
    const hint = meant === undefined ? 'it takes `path`' : `did you mean \`${meant}\`?`
    refuse(['config', key], `\`${key}\` is nothing that ecp knows; ${hint}`)
  }
  const { path } = config
  if (path === undefined) return join(dirname(ledgerFile), `memory-${id}.db`)
  if (typeof path !== 'string' || path.trim() === '') return refuse(['config', 'path'], '`path` is no path of a file')
  const expanded = path.startsWith('~/') ? join(home, path.slice(2)) : path
  return isAbsolute(expanded) ? expanded : resolve(dirname(layer.document.file), expanded)
}

/**
 * The store of every executor that has a memory: the innermost `security.memory.defaultStore`, or else the only one that every
 * layer which names the area allows. Undefined where that is none or not one.
 */
export function chosenStore(layers: readonly HostLayer[]): string | undefined {
  const naming = layers.flatMap(({ document }) => document.value.security?.memory ?? [])
  const standard = naming.findLast(({ defaultStore }) => defaultStore !== undefined)?.defaultStore
  if (standard !== undefined) return standard
  const [first, ...rest] = naming.map(({ allowStores = [] }) => allowStores)
  const common = (first ?? []).filter((id) => rest.every((list) => list.includes(id)))
  return new Set(common).size === 1 ? common[0] : undefined
}
