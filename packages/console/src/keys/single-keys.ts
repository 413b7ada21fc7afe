// Whoever speaks to the computer, or hits keys by accident, wants no single key to do anything (WCAG 2.2, 2.1.4).
const key = 'ecp.single-keys'
const listeners = new Set<() => void>()

/** Whether single keys do something, in this browser. */
export const singleKeys = {
  get: (): boolean => localStorage.getItem(key) !== 'off',
  set(isOn: boolean): void {
    if (isOn) localStorage.removeItem(key)
    else localStorage.setItem(key, 'off')
    for (const listener of listeners) listener()
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
