import type { OperatorSession } from '@ecp/protocol'

/** It is kept for this tab alone: a cookie of 127.0.0.1 or localhost would go to every port. */
export type Session = Pick<OperatorSession, 'token' | 'expiresAt'>

const key = 'ecp.session'
const listeners = new Set<() => void>()
let current = read()
let hasEnded = false

export const session = {
  /** The same object until it changes, as `useSyncExternalStore` wants it. */
  get: (): Session | undefined => current,
  keep(found: Session): void {
    hasEnded = false
    sessionStorage.setItem(key, JSON.stringify(found))
    change(found)
  },
  forget(): void {
    sessionStorage.removeItem(key)
    if (current) change(undefined)
  },
  /** The host knows it no more. */
  end(): void {
    hasEnded = true
    session.forget()
  },
  /** Whether it ended by itself: by time, or because `ecp serve` was started again. */
  hasEnded: (): boolean => hasEnded,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

function change(next: Session | undefined): void {
  current = next
  for (const listener of listeners) listener()
}

function read(): Session | undefined {
  try {
    const { token, expiresAt } = JSON.parse(sessionStorage.getItem(key) ?? '{}')
    if (typeof token === 'string' && typeof expiresAt === 'number') return { token, expiresAt }
  } catch {
    // What was kept there is not ours: as if there were none.
  }
  return undefined
}
