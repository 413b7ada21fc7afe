import type { HostLayer } from '@ecp/policy'
import type { Memory } from './memory.ts'
import { MemoryStore } from './memory-store.ts'
import { type StorePlaces, storeFile } from './wired-store.ts'

export interface OpenMemoryOptions extends StorePlaces {
  readonly layers: readonly HostLayer[]
}

/** The memory stores that the layers wire. Opens no file before it is asked for what is in it. */
export function openMemory({ layers, ...places }: OpenMemoryOptions): Memory {
  const open = new Map<string, MemoryStore>()
  const storeOf = (id: string): MemoryStore => {
    const known = open.get(id)
    if (known) return known
    const store = new MemoryStore(id, storeFile(layers, id, places))
    open.set(id, store)
    return store
  }
  return {
    check(store) {
      storeFile(layers, store, places)
    },
    store: (place, item, limits) => storeOf(place.store).store(place, item, limits),
    find: (place, query, limits) => storeOf(place.store).find(place, query, limits),
    delete: (place, id) => storeOf(place.store).delete(place, id),
    close() {
      for (const store of open.values()) store.close()
      open.clear()
    },
  }
}
