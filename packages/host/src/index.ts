export {}
export { HostError, type HostErrorCode } from './error.ts'
export { type Gate } from './gate/gate.ts'
export { type Answer, type Authorization, type PerformOptions, type Settlement, type Step, steps, type ToolCallRequest } from './gate/request.ts'
export type { Host, OfferedTool } from './host.ts'
export { type LedgerPlace, ledgerFile } from './ledger-file.ts'
