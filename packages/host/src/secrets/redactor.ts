import type { Json, SecretReference } from '@ecp/protocol'

/** What a secret is called: one of the configuration, or a token that a server was signed in at with. */
export interface SecretName {
  readonly provider: SecretReference['provider'] | 'oauth'
  /** With `oauth` the server. */
  readonly key: string
}

/** Replaces known secret values, verbatim and in JSON, URL, base64 and hex form, by `[secret:provider:key]`. */
export interface Redactor {
  /** From now on this value is replaced. Values of fewer than 8 characters are not searched for. */
  learn(reference: SecretName, value: string): void
  text(text: string): string
  /** The same value with every string (keys too) redacted; a number that spells a secret becomes the marker. */
  json<T extends Json>(value: T): T
  /** Which known secrets a value holds, in any form: what `secret.in-arguments` is decided from. */
  found(value: Json): readonly SecretName[]
  /** For text that arrives in pieces: a secret that is split over them is found as well. */
  stream(): RedactorStream
}

export interface RedactorStream {
  /** What of the text so far can no longer become part of a secret, redacted. */
  write(chunk: string): string
  /** The rest. */
  end(): string
}
