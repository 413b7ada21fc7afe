import { createContext, use } from 'react'
import type { HostState } from '../wire.ts'

/** What holds for the whole host, kept current; undefined until it was read first. */
export const HostContext = createContext<HostState | undefined>(undefined)
export const useHost = (): HostState | undefined => use(HostContext)
