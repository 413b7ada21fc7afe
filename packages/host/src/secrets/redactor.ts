import type { Json, SecretReference } from '@ecp/protocol'

/** Replaces known secret values, verbatim and in JSON, URL, base64 and hex form, by `[secret:provider:key]`. */
export interface Redactor {
  /** From now on this value is replaced. Values of fewer than 8 characters are not searched for. */
  learn(reference: SecretReference, value: string): void
  text(text: string): string
  /** The same value with every string (keys too) redacted. */
  json<T extends Json>(value: T): T
}
