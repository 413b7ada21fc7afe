import type { OperatorState } from '@ecp/protocol'
import { createContext, use } from 'react'

/** What holds for the whole host, kept current; undefined until it was read first. */
export const HostContext = createContext<OperatorState | undefined>(undefined)
export const useHost = (): OperatorState | undefined => use(HostContext)

/** How many approvals and proposals are not over. */
export const waiting = ({ open }: OperatorState): number => open.hold + open.proposal
