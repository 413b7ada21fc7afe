import { createHash } from 'node:crypto'
import { canonical, type Json } from '@ecp/protocol'
import type { Identity } from '../http/identity.ts'

/**
 * An identity with its generation: the sha-256 (hex) over all of it and over what stands for its credential. Throws for text
 * that is no Unicode, which has no canonical form.
 */
export function identityOf(who: Omit<Identity, 'generation'>, credential: Json): Identity {
  const generation = createHash('sha256')
    .update(canonical({ ...who, credential }))
    .digest('hex')
  return { ...who, generation }
}
