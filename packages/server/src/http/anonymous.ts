import { resolve } from 'node:path'
import type { Json } from '@ecp/protocol'
import type { NameStyle } from '../mcp/exposure.ts'
import type { Identity } from './identity.ts'

/** As what whoever comes without a token acts, on this machine only. */
export interface Anonymous {
  readonly contextFile: string
  readonly executor: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly names: NameStyle
  /** The operating system's user. */
  readonly principal: string
  /** What `contextFile` is relative to. */
  readonly cwd: string
}

/** Under which name they are counted; no token's client can have it. */
export const anonymousClient = '(local)'

/** The identity that stands for all of them. */
export function anonymousIdentity({ cwd, contextFile, ...as }: Anonymous): Identity {
  return { ...as, contextFile: resolve(cwd, contextFile), client: anonymousClient, generation: anonymousClient }
}
