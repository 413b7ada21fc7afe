export { type FailureCode, RuntimeError } from './error.ts'
export type { RunEvent, StepKind } from './progress.ts'
export { type RunOptions, type RunResult, type RunStatus, runContext } from './run-context.ts'
export type { Attend, Waiting } from './running.ts'
