import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { parse, stringify } from 'yaml'
import type { Case } from './case.ts'

export const hostLayers = ['machine', 'user', 'project'] as const
export type HostLayer = (typeof hostLayers)[number]

/** The documents of a case as text, as a person would have written them. */
export interface Documents {
  readonly context: string
  readonly host: Readonly<Partial<Record<HostLayer, string>>>
}

/** Reads a fixture: a map of named things. */
export function fixture(file: string): Readonly<Record<string, JsonObject>> {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', file), 'utf8')
  return parse(text) as Record<string, JsonObject> // reason: fixtures are ours; what is wrong in them fails the parsers
}

const contexts = fixture('contexts.yaml')
const hosts = fixture('hosts.yaml')

/** The Context and host layers of a case. */
export function documentsOf(one: Case): Documents {
  const host = (one.host ?? { user: { extends: 'usual' } }) as Record<string, JsonObject> // reason: YAML gives JSON
  const layers = hostLayers.flatMap((layer) => {
    const written = host[layer]
    return written ? [[layer, print(extended(written))] as const] : []
  })
  return { context: print(contextOf(one)), host: Object.fromEntries(layers) }
}

function contextOf({ policies, context, inputs, action }: Case): JsonObject {
  const base = named(contexts, context?.fixture ?? 'agent')
  const memory = action.kind?.startsWith('memory.') ? { memory: { scope: 'context' } } : {}
  const executor = { name: 'agent', type: 'agent', ...memory, policies: (policies ?? {}) as JsonObject } // reason: YAML gives JSON
  const manifest = context ? merged(base, (context.with ?? {}) as JsonObject) : { ...base, executors: [executor] } // reason: YAML gives JSON
  if (!inputs) return manifest
  const declared = Object.entries(inputs).map(([name, value]) => [name, { type: typeof value, default: value }])
  return merged(manifest, { inputs: Object.fromEntries(declared) as JsonObject }) // reason: built of JSON
}

function extended({ extends: base, ...own }: JsonObject): JsonObject {
  return typeof base === 'string' ? merged(extended(named(hosts, base)), own) : own
}

function named(all: Readonly<Record<string, JsonObject>>, name: string): JsonObject {
  const found = all[name]
  if (!found) throw new TypeError(`no fixture \`${name}\`; there are ${Object.keys(all).join(', ')}`)
  return found
}

/** Objects are merged key by key; anything else, lists too, is replaced. */
function merged(base: JsonObject, over: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = result[key]
    result[key] = isJsonObject(below) && isJsonObject(value) ? merged(below, value) : value
  }
  return result
}

const print = (value: JsonObject): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
