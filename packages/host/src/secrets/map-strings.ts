import { isJsonObject, type Json } from '@ecp/protocol'

type Container = Json[] | { [key: string]: Json }

/**
 * The value with every string and every key mapped, and every number whose text the mapping changes replaced by that
 * text. Returns the value itself where nothing changed. Without recursion: a value nested a million deep is one more value.
 */
export function mapStrings(value: Json, map: (text: string) => string): Json {
  let changed = false
  const leaf = (value: Json): Json => {
    if (typeof value !== 'string' && typeof value !== 'number') return value
    const text = String(value)
    const mapped = map(text)
    if (mapped === text) return value
    changed = true
    return mapped
  }
  const root: Json[] = []
  const work: { source: Json; into: Container; key: string | number }[] = [{ source: value, into: root, key: 0 }]
  for (let next = work.pop(); next; next = work.pop()) {
    const { source, into, key } = next
    if (Array.isArray(source)) {
      const list: Json[] = new Array(source.length)
      for (let index = source.length - 1; index >= 0; index--) {
        work.push({ source: source[index] as Json, into: list, key: index }) // reason: the index is in range
      }
      put(into, key, list)
    } else if (isJsonObject(source)) {
      const object: { [key: string]: Json } = {}
      for (const [name, item] of Object.entries(source)) {
        const mapped = map(name)
        if (mapped !== name) changed = true
        const free = freeName(object, mapped)
        put(object, free, null)
        work.push({ source: item, into: object, key: free })
      }
      put(into, key, object)
    } else put(into, key, leaf(source))
  }
  return changed ? (root[0] ?? null) : value
}

/** Two keys that became the same one both stay. */
function freeName(object: { readonly [key: string]: Json }, name: string): string {
  if (!Object.hasOwn(object, name)) return name
  for (let count = 2; ; count++) if (!Object.hasOwn(object, `${name} (${count})`)) return `${name} (${count})`
}

/** As JSON.parse does it: `__proto__` is a key like any other. */
function put(into: Container, key: string | number, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })
  } else (into as { [key: string | number]: Json })[key] = value // reason: a list takes numbers, an object takes text
}
