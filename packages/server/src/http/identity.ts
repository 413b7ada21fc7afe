import type { Json } from '@ecp/protocol'
import type { NameStyle } from '../mcp/exposure.ts'

/** What a credential stands for: as whom, and as which executor of which Context, its bearer acts. */
export interface Identity {
  /** Whose runs and budgets they are; one of another kind of credential never has the same. */
  readonly client: string
  readonly principal: string
  /** The Context, an absolute path. */
  readonly contextFile: string
  readonly executor: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly names: NameStyle
  /** Another one than before when anything above, or the credential behind it, has changed. */
  readonly generation: string
}

/** Finds out who sends a request. */
export interface Authenticator {
  /**
   * Who bears this token; nothing for one that is unknown, wrong, expired or revoked, which are told apart by nobody but the
   * operator's log. Compares in constant time. Never throws.
   */
  identify(token: string): Promise<Identity | undefined>
  /** Whether nobody could be identified now. */
  readonly isEmpty: boolean
  /**
   * Whether what was identified before, by this authenticator or the one that it follows, would still be: false once the
   * credential is over, or what it stands for has changed. Of a JWT only that its issuer is still wired the same.
   */
  holds(identity: Identity): boolean
  /** Contexts that clients of the config are bound to: they are opened, or refused, before anything is served. */
  readonly contexts: readonly Pick<Identity, 'contextFile' | 'inputs'>[]
  /** Called with the client's name as soon as what a client may do has changed or is over. Returns how to stop listening. */
  onChanged(listener: (client: string) => void): () => void
  /** Authorization servers that issue tokens (RFC 9728), for those who have none. */
  readonly issuers: readonly string[]
  close(): Promise<void>
}
