import { type ExitCode, exitCodes } from './exit-code.ts'

export type CliErrorCode =
  | 'cli.usage'
  | 'cli.document-invalid'
  | 'cli.not-found'
  | 'cli.exists'
  | 'cli.declined'
  | 'cli.refused'
  | 'cli.interrupted'

/** What a command throws for a mistake of who called it. The text is all that person gets to see. */
export class CliError extends Error {
  readonly code: CliErrorCode
  constructor(code: CliErrorCode, message: string) {
    super(message)
    this.name = 'CliError'
    this.code = code
  }
}

// By name, so that starting up does not load the packages only to know their errors.
const expected = new Set([
  'CliError',
  'HostError',
  'LedgerError',
  'PolicyError',
  'ProtocolError',
  'RuntimeError',
  'ServerError',
])
const refusals = new Set([
  'cli.declined',
  'cli.refused',
  'ledger.approval-over',
  'ledger.run-taken',
  'ledger.run-ended',
  'ledger.run-cancelled',
  'ledger.action-settled',
  'approval.over',
  'approval.refused',
  'proposal.refused',
  'ledger.grant-over',
  'grant.over',
  'grant.refused',
  'host.not-trusted',
  'host.refused',
  'secret.missing',
  'secret.provider-not-allowed',
  'secret.insecure',
  'credentials.refused',
  'server.refused',
  'run.unsupported',
  'run.not-ready',
])
const mistakes = new Set([
  'cli.usage',
  'cli.document-invalid',
  'cli.not-found',
  'cli.exists',
  'host.no-config',
  'host.document-invalid',
  'host.layer-conflict',
  'credentials.exists',
  'server.address',
  'server.executor-unknown',
  'credentials.not-found',
])

/** Whether the error was foreseen: its message is meant for people and says what to do. */
export function isExpected(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && expected.has(error.name) && 'code' in error && typeof error.code === 'string'
}

/** The exit code that an error ends the process with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isExpected(error)) return exitCodes.failed
  if (error.code === 'cli.interrupted') return exitCodes.interrupted
  if (refusals.has(error.code)) return exitCodes.refused
  if (mistakes.has(error.code)) return exitCodes.wrong
  return exitCodes.failed
}
