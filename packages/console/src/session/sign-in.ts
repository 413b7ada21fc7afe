import type { OperatorSession, OperatorSignIn } from '@ecp/protocol'
import { post } from '../api/ask.ts'
import { type ConsoleError, errorOf } from '../error.ts'
import { session } from './session.ts'

export type SignIn =
  | { readonly status: 'none' }
  | { readonly status: 'asking' }
  | { readonly status: 'failed'; readonly error: ConsoleError }

const none: SignIn = { status: 'none' }
const listeners = new Set<() => void>()
let current: SignIn = none

/** How far signing in has come. A session that began is told by {@link session}. */
export const signIn = {
  get: (): SignIn => current,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  /** Spends a one-time code. */
  async with(code: string): Promise<void> {
    change({ status: 'asking' })
    // Whoever opens a new link wants the session of that link, or none.
    session.forget()
    try {
      session.keep(await post<OperatorSession>('/session', { code } satisfies OperatorSignIn))
      change(none)
    } catch (cause) {
      change({ status: 'failed', error: errorOf(cause) })
    }
  },
}

function change(next: SignIn): void {
  current = next
  for (const listener of listeners) listener()
}
